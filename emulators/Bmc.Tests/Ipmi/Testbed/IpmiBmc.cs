using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Faults;
using Lab.Emulators.Bmc.Ipmi;
using Lab.Emulators.Bmc.Ipmi.Commands;
using Lab.Emulators.Host.Tests.Testbed;
using Lab.Protocols.Ipmi;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lab.Emulators.Bmc.Tests.Ipmi.Testbed;

/// <summary>A BMC with its IPMI front on a real socket, in this process, over a machine that obeys at once.</summary>
internal sealed class IpmiBmc : IAsyncDisposable
{
    internal const string UserName = "admin";
    internal const string Password = "not a secret";
    internal const string SerialNumber = "SN-0042";

    private readonly TestDirectory directory = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Task running;
    private int restarts;

    internal IpmiBmc(TimeProvider? time = null, IPEndPoint? listen = null)
    {
        var clock = time ?? TimeProvider.System;
        Bmc = BmcFactory.Create(
            new BmcOptions
            {
                Host = new GivenHost(Machine, ConsoleSocket),
                Name = "bm0",
                SerialNumber = SerialNumber,
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                UserName = UserName,
                Password = Password,
                StateDirectory = directory.Path,
                ExitsOnReset = true,
            },
            NullLoggerFactory.Instance,
            clock,
            () => Interlocked.Increment(ref restarts));
        Front = new IpmiFront(
            Bmc, directory.Path, new IpmiEndpoints(listen ?? new IPEndPoint(IPAddress.Loopback, 0), SystemInterfaceSocket), RandomNumberGenerator.Fill,
            Faults = new FaultSet(clock), NullLoggerFactory.Instance);
        running = Task.WhenAll(Bmc.RunAsync(stop.Token), Front.RunAsync(stop.Token));
    }

    internal ObedientMachine Machine { get; } = new();
    internal DeviceController Device => Bmc.Device;
    internal BmcInstance Bmc { get; }
    internal IpmiFront Front { get; }
    internal FaultSet Faults { get; }
    internal IPEndPoint Address => Front.LanAddress!;
    internal string ConsoleSocket => directory["console.sock"];
    internal string SystemInterfaceSocket => directory["ipmi.sock"];
    internal int Restarts => restarts;

    /// <summary>Asks over the system interface's channel, which may do everything.</summary>
    internal async Task<IpmiResponse> AskAsync(byte netFn, byte command, params byte[] data) => await Front.Commands.AnswerAsync(
        new IpmiCall(new IpmiRequest(netFn, 0, command, data), IpmiChannel.SystemInterface, null), CancellationToken.None);

    /// <summary>The data of an answer that must be a success.</summary>
    internal async Task<byte[]> ReadAsync(byte netFn, byte command, params byte[] data)
    {
        var response = await AskAsync(netFn, command, data);
        Assert.Equal(IpmiCompletion.Success, response.Completion);
        return response.Data.ToArray();
    }

    /// <summary>The host's end of its serial port.</summary>
    internal async Task<NetworkStream> ConnectSerialAsync(CancellationToken token)
    {
        await Eventually.HoldsAsync("the console listens", TimeSpan.FromSeconds(10), () => File.Exists(ConsoleSocket), token);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(ConsoleSocket), token);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public async ValueTask DisposeAsync()
    {
        await Front.CloseConsolesAsync();
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        Front.Dispose();
        Bmc.Dispose();
        stop.Dispose();
        directory.Dispose();
    }
}
