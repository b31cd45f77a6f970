using System.Net;
using System.Text;
using Lab.Emulators.Bmc.Tests.Ipmi.Testbed;
using Lab.Emulators.Host.Tests.Testbed;
using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Lan;
using Lab.Protocols.Ipmi.Sol;

namespace Lab.Emulators.Bmc.Tests.Ipmi;

/// <summary>Serial over LAN: the host's port both ways, through foreign consoles and through one that misbehaves.</summary>
public sealed class SolTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(3)]
    [InlineData(17)]
    public async Task Ipmitool_Activated_CarriesTheSerialPortBothWays(int suite)
    {
        await using var bmc = new IpmiBmc();
        await using var serial = await SerialHost.ConnectAsync(bmc, Token);
        await using var console = await Terminal.StartAsync(Ipmitool.Command(bmc.Address, suite, IpmiBmc.UserName, IpmiBmc.Password, "sol", "activate"));
        await console.WaitForOutputAsync("SOL Session operational", Limit, Token);
        await serial.SendAsync("login:\r\n", Token);
        await console.WaitForOutputAsync("login:", Limit, Token);
        await console.TypeAsync("root\r", Token);
        await serial.WaitForAsync("root\r", Limit, Token);
        var much = string.Join("\r\n", Enumerable.Range(1000, 2000));
        await serial.SendAsync(much + "\r\n", Token);
        await console.WaitForOutputAsync("2999", Limit, Token);
        Assert.Contains(much.ReplaceLineEndings(""), console.Output.ReplaceLineEndings("").Replace("\r", "", StringComparison.Ordinal), StringComparison.Ordinal);
        await console.TypeAsync("~B", Token);
        await Eventually.HoldsAsync("the break is on the line", Limit, () => bmc.Machine.Done.Contains("break"), Token);
        await console.TypeAsync("\r~.", Token);
        await console.WaitForOutputAsync("terminated ipmitool", Limit, Token);
        await Eventually.HoldsAsync("the session is closed", Limit, () => bmc.Front.Sessions.Active.Count == 0, Token);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(17)]
    public async Task Ipmiconsole_CarriesTheSerialPortBothWays(int suite)
    {
        // It knows no other port than 623, so the machine has an address of its own, as a fleet's have.
        var own = new IPEndPoint(new IPAddress([127, 77, (byte)Environment.ProcessId, (byte)(Environment.ProcessId >> 8)]), Rmcp.Port);
        await using var bmc = new IpmiBmc(listen: own);
        await using var serial = await SerialHost.ConnectAsync(bmc, Token);
        await using var console = await Terminal.StartAsync(Freeipmi.Command("/usr/sbin/ipmiconsole", bmc.Address, suite));
        await console.WaitForOutputAsync("SOL established", Limit, Token);
        await serial.SendAsync("login:\r\n", Token);
        await console.WaitForOutputAsync("login:", Limit, Token);
        await console.TypeAsync("root\r", Token);
        await serial.WaitForAsync("root\r", Limit, Token);
        await console.TypeAsync("&B", Token);
        await Eventually.HoldsAsync("the break is on the line", Limit, () => bmc.Machine.Done.Contains("break"), Token);
        await console.TypeAsync("&.", Token);
        await console.WaitForOutputAsync("closing the connection", Limit, Token);
    }

    [Fact]
    public async Task Ipmitool_SecondConsole_IsToldThatThereIsOne_AndMayEndIt()
    {
        await using var bmc = new IpmiBmc();
        await using var serial = await SerialHost.ConnectAsync(bmc, Token);
        await using var first = await Terminal.StartAsync(Ipmitool.Command(bmc.Address, 17, IpmiBmc.UserName, IpmiBmc.Password, "sol", "activate"));
        await first.WaitForOutputAsync("SOL Session operational", Limit, Token);
        await using (var second = await Terminal.StartAsync(Ipmitool.Command(bmc.Address, 17, IpmiBmc.UserName, IpmiBmc.Password, "sol", "activate")))
            await second.WaitForOutputAsync("SOL payload already active on another session", Limit, Token);
        await Ipmitool.RunAsync(bmc.Address, 17, "sol", "deactivate");
        Assert.Contains(
            "already de-activated", await Ipmitool.FailAsync(bmc.Address, 17, IpmiBmc.UserName, IpmiBmc.Password, "sol", "deactivate"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Console_DeactivatedByAnother_IsToldAndGetsNoMore()
    {
        await using var bmc = new IpmiBmc();
        await using var serial = await SerialHost.ConnectAsync(bmc, Token);
        using var client = new LanClient(bmc.Address);
        var console = await ActivateAsync(client);
        await bmc.ReadAsync(IpmiNetFn.App, 0x49, 1, 1, 0, 0, 0, 0);
        var last = await NextAsync(client, console, packet => packet.Status.HasFlag(SolStatus.Deactivating));
        Assert.Equal(0, last.Sequence);
        await client.SendAsync(console.Seal(PayloadType.Sol, new SolPacket(1, 0, 0, 0, "late"u8.ToArray()).ToBytes()));
        // The session itself goes on, and what it typed meanwhile went nowhere.
        Assert.Equal(IpmiCompletion.Success, (await client.RequestAsync(console, IpmiNetFn.App, 0x01)).Completion);
        Assert.Equal("", serial.Text);
    }

    [Fact]
    public async Task Packet_TypedTwice_IsTypedOnceAndAcknowledgedTwice()
    {
        await using var bmc = new IpmiBmc();
        await using var serial = await SerialHost.ConnectAsync(bmc, Token);
        using var client = new LanClient(bmc.Address);
        var console = await ActivateAsync(client);
        var typed = new SolPacket(1, 0, 0, 0, "once"u8.ToArray()).ToBytes();
        for (var i = 0; i < 2; i++)
        {
            var answer = await SolAsync(client, console, typed, packet => packet.Acknowledged == 1);
            Assert.Equal((0, 4), ((int)answer.Sequence, (int)answer.AcceptedCount));
        }
        await SolAsync(client, console, new SolPacket(2, 0, 0, 0, ";"u8.ToArray()).ToBytes(), packet => packet.Acknowledged == 2);
        await serial.WaitForAsync("once;", Limit, Token);
        Assert.Equal("once;", serial.Text);
    }

    [Fact]
    public async Task Output_NotOrPartlyAcknowledged_IsSentAgain()
    {
        await using var bmc = new IpmiBmc();
        await using var serial = await SerialHost.ConnectAsync(bmc, Token);
        using var client = new LanClient(bmc.Address);
        var console = await ActivateAsync(client);
        await serial.SendAsync("abcdef", Token);
        var first = await NextAsync(client, console, packet => packet.Sequence == 1);
        Assert.Equal("abcdef", Text(first));
        // Nothing is acknowledged: the same packet comes again under the same number.
        Assert.Equal("abcdef", Text(await NextAsync(client, console, packet => packet.Sequence == 1)));
        // Two of six were taken: the others come under a new number.
        var rest = await SolAsync(client, console, new SolPacket(0, 1, 2, 0, default).ToBytes(), packet => packet.Sequence == 2);
        Assert.Equal("cdef", Text(rest));
        await client.SendAsync(console.Seal(PayloadType.Sol, new SolPacket(0, 2, 4, 0, default).ToBytes()));
        await serial.SendAsync("g", Token);
        Assert.Equal("g", Text(await NextAsync(client, console, packet => packet.Sequence == 3)));
    }

    [Fact]
    public async Task Activation_WithoutProtection_IsRefused()
    {
        await using var bmc = new IpmiBmc();
        using var client = new LanClient(bmc.Address);
        var console = await client.LogInAsync(IpmiBmc.UserName, IpmiBmc.Password);
        await client.RequestAsync(console, IpmiNetFn.App, 0x3b, 4);
        Assert.Equal(0x84, (await client.RequestAsync(console, IpmiNetFn.App, 0x48, 1, 1, 0x06, 0, 0, 0)).Completion);
        await bmc.ReadAsync(IpmiNetFn.Transport, 0x21, 1, 1, 0);
        Assert.Equal(0x81, (await client.RequestAsync(console, IpmiNetFn.App, 0x48, 1, 1, 0xc6, 0, 0, 0)).Completion);
    }

    private static async Task<LanConsole> ActivateAsync(LanClient client)
    {
        var console = await client.LogInAsync(IpmiBmc.UserName, IpmiBmc.Password);
        await client.RequestAsync(console, IpmiNetFn.App, 0x3b, 4);
        Assert.Equal(IpmiCompletion.Success, (await client.RequestAsync(console, IpmiNetFn.App, 0x48, 1, 1, 0xc6, 0, 0, 0)).Completion);
        return console;
    }

    /// <summary>Sends a packet until one comes back that is wanted.</summary>
    private static async Task<SolPacket> SolAsync(LanClient client, LanConsole console, byte[] packet, Func<SolPacket, bool> isWanted)
    {
        SolPacket? answer = null;
        await client.ExchangeAsync(
            () => console.Seal(PayloadType.Sol, packet),
            datagram => console.Open(datagram) is { } payload && SolPacket.TryRead(payload, out answer) && isWanted(answer!));
        return answer!;
    }

    /// <summary>The next packet of output that is wanted; asking keeps the session alive and changes nothing.</summary>
    private static Task<SolPacket> NextAsync(LanClient client, LanConsole console, Func<SolPacket, bool> isWanted) =>
        SolAsync(client, console, new SolPacket(0, 0, 0, 0, default).ToBytes(), isWanted);

    private static string Text(SolPacket packet) => Encoding.ASCII.GetString(packet.Characters.Span);
}
