using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Ipmi.Sessions;
using Lab.Emulators.Bmc.Tests.Ipmi.Testbed;
using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Lan;

namespace Lab.Emulators.Bmc.Tests.Ipmi;

/// <summary>Ten thousand seeded datagrams that no client sends: the BMC stays up, leaks no session and changes nothing.</summary>
public sealed class FuzzTests
{
    private const int Datagrams = 10_000;
    private const int Seed = 20260102;

    private readonly Random random = new(Seed);

    [Fact]
    public async Task Datagrams_RandomAndMutated_LeaveTheBmcAsItWas()
    {
        await using var bmc = new IpmiBmc();
        using var client = new LanClient(bmc.Address);
        var settled = await client.LogInAsync(IpmiBmc.UserName, IpmiBmc.Password);
        Assert.Equal(IpmiCompletion.Success, (await client.RequestAsync(settled, IpmiNetFn.App, 0x01)).Completion);
        var (state, accounts) = (bmc.Device.State, bmc.Bmc.Accounts.All);

        var console = new LanConsole(CipherSuite.Suite3, "nobody", "nothing", 7);
        byte[][] valid =
        [
            AsfPresence.WritePing(1),
            LanConsole.Sessionless(new IpmiRequest(IpmiNetFn.App, 0, 0x38, (byte[])[0x8e, 0x04])),
            LanConsole.Sessionless(new IpmiRequest(IpmiNetFn.App, 0, 0x54, (byte[])[0x0e, 0x00, 0x80])),
            LanConsole.Sessionless(new IpmiRequest(IpmiNetFn.Chassis, 0, 0x02, (byte[])[0x01])),
            console.OpenSession(),
            RmcpPlusPacket.WriteOutsideSession(PayloadType.Rakp1, new Rakp1(0, 1, new byte[16], 0x14, "nobody"u8.ToArray()).ToBytes()),
            RmcpPlusPacket.WriteOutsideSession(PayloadType.Rakp3, new Rakp3(0, RmcpPlusStatus.NoErrors, 1, new byte[20]).ToBytes()),
        ];
        for (var sent = 0; sent < Datagrams; sent++)
        {
            await client.SendAsync((sent % 3) switch
            {
                0 => Random(),
                1 => Mutated(valid[random.Next(valid.Length)]),
                // Within the session: the authentication code no longer fits.
                _ => Mutated(settled.Request(IpmiNetFn.Chassis, 0x02, 0x01)),
            });
            // A socket's buffer is finite: now and then the BMC is asked for an answer, which also shows that it is alive.
            if (sent % 100 == 0)
                await client.ExchangeAsync(() => AsfPresence.WritePing(9), IsPong);
        }
        settled.Sequence = 1;
        await client.ExchangeAsync(() => AsfPresence.WritePing(9), IsPong);
        Assert.Equal(IpmiCompletion.Success, (await client.RequestAsync(settled, IpmiNetFn.App, 0x01)).Completion);
        Assert.Equal(settled.BmcSessionId, Assert.Single(bmc.Front.Sessions.Active).Id);
        Assert.InRange(bmc.Front.Sessions.PendingCount, 0, SessionLimits.PendingMax);
        Assert.Equal(state, bmc.Device.State);
        Assert.Equal(accounts, bmc.Bmc.Accounts.All);
        Assert.Empty(bmc.Machine.Done);
        Assert.True((await client.LogInAsync(IpmiBmc.UserName, IpmiBmc.Password)).IsOpen);
    }

    // A user who may only read sends requests of every kind, whole to the last checksum: they are answered, and nothing changes.
    [Fact]
    public async Task Requests_RandomOfAReadOnlyUser_AreAnsweredAndChangeNothing()
    {
        await using var bmc = new IpmiBmc();
        bmc.Bmc.Accounts.Create(new Account("", "viewer", Role.ReadOnly, IsBootstrap: false), "viewers secret");
        var (state, accounts) = (bmc.Device.State, bmc.Bmc.Accounts.All);
        var session = new LanSession(
            1, 2, 1, SessionKeys.Derive(CipherSuite.Suite17, new byte[32]), new IpmiUser(3, "viewer", [], IpmiPrivilege.User), IpmiPrivilege.User,
            LanRig.Here, bmc.Bmc.Time, span => span.Clear());
        byte[] netFns = [0x00, 0x04, 0x06, 0x0a, 0x0c, 0x2c, 0x2e, 0x30];
        for (var sent = 0; sent < Datagrams; sent++)
        {
            var data = new byte[random.Next(24)];
            random.NextBytes(data);
            var request = new IpmiRequest(netFns[random.Next(netFns.Length)], 0, (byte)random.Next(0x70), data);
            var response = await bmc.Front.Commands.AnswerAsync(new(request, 1, session), CancellationToken.None);
            Assert.True(response.Completion == IpmiCompletion.Success || response.Data.IsEmpty);
        }
        Assert.Equal(state, bmc.Device.State);
        Assert.Equal(accounts, bmc.Bmc.Accounts.All);
        Assert.Empty(bmc.Machine.Done);
    }

    // What an administrator sends may change much, but no request whatever may break the BMC.
    [Fact]
    public async Task Requests_RandomOfAnAdministrator_NeverThrow()
    {
        await using var bmc = new IpmiBmc();
        byte[] netFns = [0x00, 0x04, 0x06, 0x0a, 0x0c, 0x2c];
        for (var sent = 0; sent < Datagrams; sent++)
        {
            var data = new byte[random.Next(24)];
            random.NextBytes(data);
            // Small numbers reach further than random ones: channels, users, parameters, records.
            for (var i = 0; i < Math.Min(3, data.Length); i++)
                if (random.Next(2) == 0)
                    data[i] = (byte)random.Next(8);
            var response = await bmc.AskAsync(netFns[random.Next(netFns.Length)], (byte)random.Next(0x70), data);
            Assert.True(response.Completion == IpmiCompletion.Success || response.Data.IsEmpty);
            Assert.InRange(response.Data.Length, 0, 200);
        }
        Assert.NotEmpty(await bmc.ReadAsync(IpmiNetFn.App, 0x01));
    }

    private static bool IsPong(byte[] datagram) =>
        Rmcp.TryRead(datagram, out _, out var content) && AsfPresence.TryReadPong(content, out var tag) && tag == 9;

    private byte[] Random()
    {
        var bytes = new byte[random.Next(1, 200)];
        random.NextBytes(bytes);
        // Half of them look like RMCP, or hardly any would come past the first check.
        if (bytes.Length > 4 && random.Next(2) == 0)
            (bytes[0], bytes[1], bytes[2], bytes[3]) = (6, 0, 0xff, random.Next(4) == 0 ? (byte)6 : (byte)7);
        return bytes;
    }

    private byte[] Mutated(byte[] valid)
    {
        var bytes = (byte[])valid.Clone();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
            bytes[random.Next(4, bytes.Length)] ^= (byte)random.Next(1, 256);
        return random.Next(8) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }
}
