using Microsoft.AspNetCore.Http.Features;
using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Lab.Emulators.Bmc;

/// <summary>The command line of the BMC. Exit codes: 0 ended by a signal or Manager.Reset, 2 usage, 3 infrastructure.</summary>
internal static partial class BmcCommand
{
    internal const int UsageError = 2;
    private const int InfrastructureError = 3;
    private const int SocketPathMax = 107;
    private const string UserVariable = "BMC_USER";
    private const string PasswordVariable = "BMC_PASSWORD";

    internal static RootCommand Create()
    {
        var libvirt = new Option<string>("--libvirt") { Description = "libvirt URI of the daemon that runs the host", Required = true };
        var domain = new Option<string>("--domain") { Description = "libvirt domain that is the host", Required = true };
        var serial = new Option<string?>("--serial-number") { Description = "serial number (default: the domain's name)" };
        var listen = new Option<string>("--listen") { Description = "address:port of the Redfish service (HTTPS)", Required = true };
        var sideband = new Option<string?>("--sideband") { Description = "address:port of the same service for the DPU alone" };
        var lan = new Option<string?>("--ipmi") { Description = "address:port of IPMI 2.0 over LAN (UDP, lanplus)" };
        var ipmi = new Option<string?>("--ipmi-socket") { Description = "Unix socket of the IPMI system interface" };
        var console = new Option<string>("--console-socket") { Description = "Unix socket the host's serial port connects to", Required = true };
        var state = new Option<string>("--state-dir") { Description = "directory of the BMC's own files", Required = true };
        var command = new RootCommand(
            $"An emulated BMC: Redfish, IPMI and serial console of one libvirt domain. "
            + $"The administrator's name and password come from {UserVariable} and {PasswordVariable}.")
        {
            libvirt, domain, serial, listen, sideband, lan, ipmi, console, state,
        };
        command.SetAction(async (parsed, token) =>
        {
            var user = Environment.GetEnvironmentVariable(UserVariable);
            var password = Environment.GetEnvironmentVariable(PasswordVariable);
            if (string.IsNullOrEmpty(user) || string.IsNullOrEmpty(password))
                return await FailAsync(UsageError, $"{UserVariable} and {PasswordVariable} must be set");
            if (!IPEndPoint.TryParse(parsed.GetValue(listen)!, out var main))
                return await FailAsync(UsageError, "--listen must be address:port");
            IPEndPoint? side = null;
            if (parsed.GetValue(sideband) is { } text && !IPEndPoint.TryParse(text, out side))
                return await FailAsync(UsageError, "--sideband must be address:port");
            IPEndPoint? ipmiLan = null;
            if (parsed.GetValue(lan) is { } lanText && !IPEndPoint.TryParse(lanText, out ipmiLan))
                return await FailAsync(UsageError, "--ipmi must be address:port");
            var consoleSocket = Path.GetFullPath(parsed.GetValue(console)!);
            var options = new BmcOptions
            {
                Host = new LibvirtHost(parsed.GetValue(libvirt)!, parsed.GetValue(domain)!, consoleSocket),
                Name = parsed.GetValue(domain)!,
                SerialNumber = parsed.GetValue(serial) ?? parsed.GetValue(domain)!,
                Listen = main,
                Sideband = side,
                Ipmi = ipmiLan,
                IpmiSocket = parsed.GetValue(ipmi) is { } socket ? Path.GetFullPath(socket) : null,
                StateDirectory = Path.GetFullPath(parsed.GetValue(state)!),
                UserName = user,
                Password = password,
                ExitsOnReset = true,
            };
            foreach (var path in new[] { consoleSocket, options.IpmiSocket })
                if (path is not null && Encoding.UTF8.GetByteCount(path) > SocketPathMax)
                    return await FailAsync(UsageError, $"a socket's path is longer than {SocketPathMax} bytes: {path}");
            return await RunAsync(options, token);
        });
        return command;
    }

    private static async Task<int> RunAsync(BmcOptions options, CancellationToken token)
    {
        try
        {
            await using var app = BmcEmulator.Build(options);
            await app.StartAsync(token);
            foreach (var address in app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses)
                LogListening(app.Logger, address);
            await app.WaitForShutdownAsync(token);
            return 0;
        }
        catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException or InvalidDataException or DllNotFoundException)
        {
            return await FailAsync(InfrastructureError, e.Message);
        }
    }

    private static async Task<int> FailAsync(int code, string message)
    {
        await global::System.Console.Error.WriteLineAsync(message);
        return code;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Redfish listens on {Address}")]
    private static partial void LogListening(ILogger log, string address);
}
