using Lab.Emulators.Bmc.Ipmi.Sessions;
using Lab.Emulators.Bmc.Tests.Ipmi.Testbed;
using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Lan;

namespace Lab.Emulators.Bmc.Tests.Ipmi.Sessions;

/// <summary>What an open session takes, what it does not, and how it ends.</summary>
public sealed class LanSessionTests
{
    private const byte SetPrivilege = 0x3b;
    private readonly LanRig rig = new();

    [Fact]
    public void Packet_SentAgain_IsRefusedAsReplay()
    {
        var console = rig.LogIn();
        var packet = Probe(console);
        Assert.Equal(IpmiCompletion.Success, console.Response(rig.Exchange(packet))!.Completion);
        Assert.Empty(rig.Exchange(packet));
        Assert.Equal(1, rig.Probes);
    }

    [Fact]
    public void Packets_OutOfOrder_AreTakenWithinTheWindowAlone()
    {
        var console = rig.LogIn();
        var packets = Enumerable.Range(0, 40).Select(_ => Probe(console)).ToList();
        Assert.NotEmpty(rig.Exchange(packets[10]));
        Assert.NotEmpty(rig.Exchange(packets[9]));
        Assert.Empty(rig.Exchange(packets[39]));
        Assert.NotEmpty(rig.Exchange(packets[25]));
        Assert.Empty(rig.Exchange(packets[8]));
        Assert.Equal(3, rig.Probes);
    }

    [Fact]
    public void Packet_Forged_MovesNoWindow()
    {
        var console = rig.LogIn();
        var good = Probe(console);
        console.Sequence += 10;
        var forged = Probe(console);
        forged[^1] ^= 1;
        Assert.Empty(rig.Exchange(forged));
        forged[^1] ^= 1;
        Assert.NotEmpty(rig.Exchange(forged));
        Assert.NotEmpty(rig.Exchange(good));
    }

    [Fact]
    public void Packet_WithoutProtection_IsNotTakenInASession()
    {
        var console = rig.LogIn();
        var bare = RmcpPlusPacket.WriteOutsideSession(
            PayloadType.Ipmi, LanMessage.Request(1, new IpmiRequest(LanRig.ProbeNetFn, 0, LanRig.ProbeCommand, ReadOnlyMemory<byte>.Empty)).ToBytes());
        BitConverter.TryWriteBytes(bare.AsSpan(6), console.BmcSessionId);
        BitConverter.TryWriteBytes(bare.AsSpan(10), 1);
        Assert.Empty(rig.Exchange(bare));
        Assert.Equal(0, rig.Probes);
    }

    [Fact]
    public void Session_Idle_EndsAfterAMinute()
    {
        var console = rig.LogIn();
        rig.Time.Advance(SessionLimits.InactivityTime - TimeSpan.FromSeconds(1));
        Assert.NotEmpty(rig.Exchange(Probe(console)));
        rig.Time.Advance(SessionLimits.InactivityTime + TimeSpan.FromSeconds(1));
        Assert.Empty(rig.Exchange(Probe(console)));
        Assert.Empty(rig.Sessions.Active);
    }

    [Fact]
    public void Replay_DoesNotKeepASessionAlive()
    {
        var console = rig.LogIn();
        var packet = Probe(console);
        rig.Exchange(packet);
        for (var i = 0; i < 4; i++)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(20));
            rig.Exchange(packet);
        }
        Assert.Empty(rig.Sessions.Active);
    }

    [Fact]
    public void Privilege_StartsAtUser_AndRisesToTheLimitAlone()
    {
        var console = rig.LogIn(privilege: IpmiPrivilege.Operator);
        Assert.Equal([(byte)IpmiPrivilege.User], console.Response(rig.Exchange(console.Request(IpmiNetFn.App, SetPrivilege, 0)))!.Data.ToArray());
        Assert.Equal([(byte)IpmiPrivilege.Operator], console.Response(rig.Exchange(console.Request(IpmiNetFn.App, SetPrivilege, 3)))!.Data.ToArray());
        Assert.Equal(0x81, console.Response(rig.Exchange(console.Request(IpmiNetFn.App, SetPrivilege, 4)))!.Completion);
        Assert.Equal(IpmiCompletion.InvalidField, console.Response(rig.Exchange(console.Request(IpmiNetFn.App, SetPrivilege, 1)))!.Completion);
        Assert.Equal(IpmiPrivilege.Operator, rig.Sessions.Active[0].Privilege);
    }

    [Fact]
    public void Request_RepeatedWhileItIsWorkedOn_RunsOnce()
    {
        var console = rig.LogIn();
        rig.ProbeHold = new TaskCompletionSource();
        var message = LanMessage.Request(5, new IpmiRequest(LanRig.ProbeNetFn, 0, LanRig.ProbeCommand, ReadOnlyMemory<byte>.Empty)).ToBytes();
        Assert.Empty(rig.Exchange(console.Seal(PayloadType.Ipmi, message)));
        Assert.Empty(rig.Exchange(console.Seal(PayloadType.Ipmi, message)));
        rig.ProbeHold.SetResult();
        Assert.Equal(1, rig.Probes);
        Assert.Equal(IpmiCompletion.Success, console.Response(Assert.Single(rig.SentSince))!.Completion);
        // Once it is answered, the same sequence number is a new request.
        rig.ProbeHold = null;
        Assert.NotEmpty(rig.Exchange(console.Seal(PayloadType.Ipmi, message)));
        Assert.Equal(2, rig.Probes);
    }

    [Fact]
    public void Requests_TooManyAtATime_AreToldNodeBusy()
    {
        var console = rig.LogIn();
        rig.ProbeHold = new TaskCompletionSource();
        for (var i = 0; i < SessionLimits.RequestsMax; i++)
            Assert.Empty(rig.Exchange(Probe(console)));
        Assert.Equal(IpmiCompletion.NodeBusy, console.Response(rig.Exchange(Probe(console)))!.Completion);
        Assert.Equal(SessionLimits.RequestsMax, rig.Probes);
    }

    [Fact]
    public void User_GivenLess_LosesTheSession()
    {
        var console = rig.LogIn();
        rig.Users["root"] = ("swordfish", IpmiPrivilege.User);
        Assert.Empty(rig.Exchange(Probe(console)));
        Assert.Empty(rig.Sessions.Active);
    }

    [Fact]
    public void CloseSession_OfAnother_IsForAdministratorsAlone()
    {
        var victim = rig.LogIn();
        var guest = rig.LogIn("guest", privilege: IpmiPrivilege.User, sessionId: 9);
        var close = BitConverter.GetBytes(victim.BmcSessionId);
        Assert.Equal(IpmiCompletion.InsufficientPrivilege, guest.Response(rig.Exchange(guest.Request(IpmiNetFn.App, 0x3c, close)))!.Completion);
        Assert.Equal(2, rig.Sessions.Active.Count);
        rig.Exchange(victim.Request(IpmiNetFn.App, SetPrivilege, 4));
        Assert.Equal(IpmiCompletion.Success, victim.Response(rig.Exchange(victim.Request(IpmiNetFn.App, 0x3c, BitConverter.GetBytes(guest.BmcSessionId))))!.Completion);
        Assert.Equal(IpmiCompletion.Success, victim.Response(rig.Exchange(victim.Request(IpmiNetFn.App, 0x3c, close)))!.Completion);
        Assert.Equal(0x87, UnknownId().Completion);
        Assert.Single(rig.Sessions.Active);

        IpmiResponse UnknownId()
        {
            var console = rig.LogIn(sessionId: 10);
            return console.Response(rig.Exchange(console.Request(IpmiNetFn.App, 0x3c, close)))!;
        }
    }

    [Fact]
    public void Bmc_ThatRestarts_HearsNobody()
    {
        var console = rig.LogIn();
        rig.IsAway = true;
        Assert.Empty(rig.Exchange(Probe(console)));
        Assert.Empty(rig.Exchange(AsfPresence.WritePing(1)));
        rig.IsAway = false;
        Assert.NotEmpty(rig.Exchange(AsfPresence.WritePing(1)));
    }

    private static byte[] Probe(LanConsole console) => console.Request(LanRig.ProbeNetFn, LanRig.ProbeCommand);
}
