using System.Net;
using Lab.Emulators.Bmc.Ipmi.Sessions;
using Lab.Emulators.Bmc.Tests.Ipmi.Testbed;
using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Lan;

namespace Lab.Emulators.Bmc.Tests.Ipmi.Sessions;

/// <summary>Open Session and RAKP: who comes in, who does not, and what that costs.</summary>
public sealed class LoginTests
{
    private readonly LanRig rig = new();

    [Theory]
    [InlineData(3)]
    [InlineData(17)]
    public void Login_RightPassword_OpensASession(int suite)
    {
        var console = rig.LogIn(suite: CipherSuite.All.Single(s => s.Id == suite));
        Assert.True(console.IsOpen);
        Assert.Equal("root", Assert.Single(rig.Sessions.Active).UserName);
        Assert.Equal(0, rig.Sessions.PendingCount);
    }

    [Fact]
    public void Login_WrongPassword_IsToldSoAndLeavesNothing()
    {
        var console = rig.LogIn(password: "haddock");
        Assert.Equal(RmcpPlusStatus.InvalidIntegrityCheckValue, console.LastStatus);
        Assert.Empty(rig.Sessions.Active);
        Assert.Equal(0, rig.Sessions.PendingCount);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("")]
    public void Login_UnknownOrNameless_IsRefusedByName(string name) =>
        Assert.Equal(RmcpPlusStatus.UnauthorizedName, rig.LogIn(name, password: "x").LastStatus);

    [Fact]
    public void Login_MorePrivilegeThanTheUserHas_IsRefused()
    {
        Assert.Equal(RmcpPlusStatus.UnauthorizedRole, rig.LogIn("guest", privilege: IpmiPrivilege.Administrator).LastStatus);
        Assert.True(rig.LogIn("guest", privilege: IpmiPrivilege.User).IsOpen);
    }

    [Theory]
    [InlineData(AuthenticationAlgorithm.None, IntegrityAlgorithm.None, ConfidentialityAlgorithm.None)]
    [InlineData(AuthenticationAlgorithm.HmacSha1, IntegrityAlgorithm.None, ConfidentialityAlgorithm.None)]
    [InlineData(AuthenticationAlgorithm.HmacSha1, IntegrityAlgorithm.HmacSha256Of128, ConfidentialityAlgorithm.AesCbc128)]
    public void OpenSession_AlgorithmsThatAreNoSuite_AreRefusedTogether(
        AuthenticationAlgorithm authentication, IntegrityAlgorithm integrity, ConfidentialityAlgorithm confidentiality)
    {
        var request = new OpenSessionRequest(7, IpmiPrivilege.Administrator, 1, authentication, integrity, confidentiality);
        var answer = rig.Exchange(RmcpPlusPacket.WriteOutsideSession(PayloadType.OpenSessionRequest, request.ToBytes()));
        Rmcp.TryRead(answer, out _, out var content);
        RmcpPlusPacket.TryRead(content, out var packet);
        Assert.True(OpenSessionResponse.TryRead(packet.Payload, out var response));
        Assert.Equal((7, RmcpPlusStatus.NoCipherSuiteMatch), (response!.Tag, response.Status));
        Assert.Equal(0, rig.Sessions.PendingCount);
    }

    [Fact]
    public void Handshake_EveryMessageRepeated_IsAnsweredTheSameAndOpensOneSession()
    {
        var console = new LanConsole(CipherSuite.Suite17, "root", "swordfish");
        var opened = Twice(console.OpenSession());
        var rakp2 = Twice(console.Rakp1(opened));
        console.Finish(Twice(console.Rakp3(rakp2)));
        Assert.True(console.IsOpen);
        Assert.Single(rig.Sessions.Active);
        Assert.Equal(0, rig.Sessions.PendingCount);
    }

    [Fact]
    public void Rakp3_ReplayedAfterTheSessionEnded_OpensNothing()
    {
        var console = new LanConsole(CipherSuite.Suite17, "root", "swordfish");
        var rakp3 = console.Rakp3(rig.Exchange(console.Rakp1(rig.Exchange(console.OpenSession()))));
        console.Finish(rig.Exchange(rakp3));
        rig.Exchange(console.Request(IpmiNetFn.App, 0x3c, BitConverter.GetBytes(console.BmcSessionId)));
        Assert.Empty(rig.Sessions.Active);
        var replayed = new LanConsole(CipherSuite.Suite17, "root", "swordfish");
        replayed.Finish(rig.Exchange(rakp3));
        Assert.Equal(RmcpPlusStatus.InvalidSessionId, replayed.LastStatus);
        Assert.Empty(rig.Sessions.Active);
    }

    [Fact]
    public void Login_Begun_IsForgottenInTime()
    {
        rig.Exchange(new LanConsole(CipherSuite.Suite3, "root", "swordfish").OpenSession());
        Assert.Equal(1, rig.Sessions.PendingCount);
        rig.Time.Advance(SessionLimits.LoginTime + TimeSpan.FromSeconds(1));
        Assert.Equal(0, rig.Sessions.PendingCount);
    }

    [Fact]
    public void Logins_BegunByTheThousand_StayBounded()
    {
        for (uint id = 1; id <= 1000; id++)
            rig.Exchange(new LanConsole(CipherSuite.Suite3, "root", "swordfish", id).OpenSession());
        Assert.Equal(SessionLimits.PendingMax, rig.Sessions.PendingCount);
        Assert.True(rig.LogIn().IsOpen);
    }

    [Fact]
    public void Sessions_TooMany_AreRefusedUntilOneEnds()
    {
        var first = rig.LogIn();
        for (uint id = 1; id < SessionLimits.SessionsMax; id++)
            Assert.True(rig.LogIn(sessionId: id).IsOpen);
        Assert.Equal(RmcpPlusStatus.InsufficientResources, rig.LogIn(sessionId: 99).LastStatus);
        rig.Exchange(first.Request(IpmiNetFn.App, 0x3c, BitConverter.GetBytes(first.BmcSessionId)));
        Assert.True(rig.LogIn(sessionId: 99).IsOpen);
    }

    [Fact]
    public void Guesses_OneAfterTheOther_AreSlowedByAddressAndThenLocked()
    {
        var answered = 0;
        for (var guess = 0; guess < 1000; guess++)
        {
            var console = rig.LogIn(password: $"guess {guess}");
            answered += console.LastStatus == RmcpPlusStatus.InvalidIntegrityCheckValue ? 1 : 0;
            rig.Time.Advance(TimeSpan.FromMilliseconds(10));
        }
        // Ten seconds of guessing: pauses of 0.25, 0.5, 1, 2 s let five through, and then the user is locked.
        Assert.InRange(answered, 2, 5);
        rig.Time.Advance(AddressBackOff.Longest);
        Assert.Equal(RmcpPlusStatus.UnauthorizedName, rig.LogIn().LastStatus);
        // Another address is not slowed, and another user of it not locked.
        var elsewhere = new IPEndPoint(IPAddress.Parse("127.9.9.9"), 1);
        Assert.True(rig.LogIn("guest", privilege: IpmiPrivilege.User, from: elsewhere).IsOpen);
    }

    [Fact]
    public void Console_ThatSaysRakp2DidNotFit_CountsAsAGuess()
    {
        for (var guess = 0; guess < 5; guess++)
        {
            var console = new LanConsole(CipherSuite.Suite17, "root", "guess");
            rig.Exchange(console.Rakp1(rig.Exchange(console.OpenSession())));
            rig.Exchange(RmcpPlusPacket.WriteOutsideSession(
                PayloadType.Rakp3, new Rakp3(0, RmcpPlusStatus.InvalidIntegrityCheckValue, console.BmcSessionId, []).ToBytes()));
            rig.Time.Advance(AddressBackOff.Longest);
        }
        Assert.Equal(RmcpPlusStatus.UnauthorizedName, rig.LogIn().LastStatus);
        Assert.Equal(0, rig.Sessions.PendingCount);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(25)]
    public void Consoles_ThatGoAwayAfterRakp2_AreGuessers(double pauseSeconds)
    {
        // As ipmitool does: it finds out by itself that its password is wrong, and says nothing.
        var answered = 0;
        for (uint guess = 1; guess <= 100; guess++)
        {
            var console = new LanConsole(CipherSuite.Suite17, "root", "guess", guess);
            if (rig.Exchange(console.OpenSession()) is { Length: > 0 } opened && rig.Exchange(console.Rakp1(opened)) is { Length: > 0 } rakp2
                && console.Rakp3(rakp2).Length > 0)
                answered++;
            rig.Time.Advance(TimeSpan.FromSeconds(pauseSeconds));
        }
        Assert.InRange(answered, 5, 5 + SessionLimits.UnresolvedMax);
        rig.Time.Advance(SessionLimits.LoginTime + TimeSpan.FromSeconds(1));
        Assert.Equal(0, rig.Sessions.PendingCount);
        rig.Time.Advance(AddressBackOff.Longest);
        Assert.Equal(RmcpPlusStatus.UnauthorizedName, rig.LogIn().LastStatus);
    }

    [Fact]
    public void BackOff_ManyAddresses_StaysBounded()
    {
        var backOff = new AddressBackOff(rig.Time);
        var first = IPAddress.Parse("10.0.0.0");
        backOff.Record(first, succeeded: false);
        for (var i = 1; i <= AddressBackOff.AddressesMax; i++)
        {
            rig.Time.Advance(TimeSpan.FromTicks(1));
            backOff.Record(IPAddress.Parse($"10.0.{i >> 8}.{i & 0xff}"), succeeded: false);
        }
        Assert.False(backOff.Refuses(first));
        Assert.True(backOff.Refuses(IPAddress.Parse("10.0.0.200")));
    }

    [Fact]
    public void Ipmi15_WithoutAuthentication_IsOfferedAndGivenNothing()
    {
        var capabilities = LanConsole.Sessionless(new IpmiRequest(IpmiNetFn.App, 0, 0x38, (byte[])[0x0e, 0x04]));
        Assert.Equal([0x00, 0x01, 0x00, 0x04, 0x00, 0, 0, 0, 0], Sessionless(rig.Exchange(capabilities)));
        // Get Session Challenge and Activate Session with authentication type none, then a command as if that had been enough.
        Assert.Equal([IpmiCompletion.InvalidField], Sessionless(rig.Exchange(LanConsole.Sessionless(new IpmiRequest(IpmiNetFn.App, 0, 0x39, new byte[17])))));
        Assert.Equal([IpmiCompletion.InvalidField], Sessionless(rig.Exchange(LanConsole.Sessionless(new IpmiRequest(IpmiNetFn.App, 0, 0x3a, new byte[22])))));
        Assert.Equal(
            [IpmiCompletion.InsufficientPrivilege],
            Sessionless(rig.Exchange(LanConsole.Sessionless(new IpmiRequest(LanRig.ProbeNetFn, 0, LanRig.ProbeCommand, ReadOnlyMemory<byte>.Empty)))));
        Assert.Equal(0, rig.Probes);
    }

    private byte[] Twice(byte[] datagram)
    {
        var first = rig.Exchange(datagram);
        Assert.NotEmpty(first);
        Assert.Equal(first, rig.Exchange(datagram));
        return first;
    }

    /// <summary>Completion code and data.</summary>
    private static byte[] Sessionless(byte[] datagram)
    {
        Assert.True(Rmcp.TryRead(datagram, out _, out var content));
        Assert.True(SessionlessPacket.TryRead(content, out var bytes));
        Assert.True(LanMessage.TryRead(bytes, out var message));
        return message!.Data.ToArray();
    }
}
