using System.Text;
using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Lan;

namespace Lab.Emulators.Bmc.Tests.Ipmi.Testbed;

/// <summary>
/// A remote console made of the codec, which can also misbehave: the steps of a login one by one, packets to be sent twice, changed or
/// late. It neither sends nor waits itself.
/// </summary>
internal sealed class LanConsole(CipherSuite suite, string userName, string password, uint sessionId = 0xa0a2a3a4)
{
    private readonly Random random = new(1);
    private RakpExchange? exchange;
    private Rakp1? rakp1;
    private SessionCipher? cipher;
    private SessionKeys? keys;
    private byte requestSequence;

    internal uint BmcSessionId { get; private set; }

    /// <summary>Of the last packet sealed; tests set it to make late or repeated ones.</summary>
    internal uint Sequence { get; set; }

    internal RmcpPlusStatus LastStatus { get; private set; }

    internal bool IsOpen => cipher is not null;

    internal static byte[] Sessionless(IpmiRequest request) => SessionlessPacket.Write(LanMessage.Request(0, request).ToBytes());

    internal byte[] OpenSession(IpmiPrivilege privilege = IpmiPrivilege.Administrator) => RmcpPlusPacket.WriteOutsideSession(
        PayloadType.OpenSessionRequest,
        new OpenSessionRequest(0, privilege, sessionId, suite.Authentication, suite.Integrity, suite.Confidentiality).ToBytes());

    internal byte[] Rakp1(byte[] openAnswer, IpmiPrivilege privilege = IpmiPrivilege.Administrator)
    {
        Assert.True(OpenSessionResponse.TryRead(Payload(openAnswer, PayloadType.OpenSessionResponse), out var opened));
        LastStatus = opened!.Status;
        BmcSessionId = opened.BmcSessionId;
        var nonce = new byte[Protocols.Ipmi.Lan.Rakp1.RandomBytes];
        random.NextBytes(nonce);
        rakp1 = new Rakp1(0, BmcSessionId, nonce, (byte)(Protocols.Ipmi.Lan.Rakp1.NameOnlyLookup | (byte)privilege), Encoding.ASCII.GetBytes(userName));
        return RmcpPlusPacket.WriteOutsideSession(PayloadType.Rakp1, rakp1.ToBytes());
    }

    internal byte[] Rakp3(byte[] rakp1Answer)
    {
        Assert.True(Rakp2.TryRead(Payload(rakp1Answer, PayloadType.Rakp2), out var rakp2));
        LastStatus = rakp2!.Status;
        if (LastStatus != RmcpPlusStatus.NoErrors)
            return [];
        exchange = new RakpExchange(
            suite, sessionId, BmcSessionId, rakp1!.ConsoleRandom, rakp2.BmcRandom, rakp2.BmcGuid, rakp1.Role, rakp1.UserName);
        return RmcpPlusPacket.WriteOutsideSession(
            PayloadType.Rakp3, new Rakp3(0, RmcpPlusStatus.NoErrors, BmcSessionId, exchange.Rakp3CheckValue(Key)).ToBytes());
    }

    /// <summary>Takes RAKP 4; the session is open when it says so.</summary>
    internal void Finish(byte[] rakp3Answer)
    {
        Assert.True(Rakp4.TryRead(Payload(rakp3Answer, PayloadType.Rakp4), out var rakp4));
        LastStatus = rakp4!.Status;
        if (LastStatus != RmcpPlusStatus.NoErrors)
            return;
        keys = exchange!.Keys(Key);
        Assert.Equal(exchange.Rakp4CheckValue(keys), rakp4.CheckValue);
        cipher = new SessionCipher(keys);
    }

    /// <summary>A request in the session, under the next sequence numbers.</summary>
    internal byte[] Request(byte netFn, byte command, params byte[] data) => Seal(
        PayloadType.Ipmi,
        LanMessage.Request(requestSequence = (byte)((requestSequence + 1) & 0x3f), new IpmiRequest(netFn, 0, command, data)).ToBytes());

    internal byte[] Seal(PayloadType type, byte[] payload)
    {
        var vector = new byte[16];
        random.NextBytes(vector);
        return cipher!.Seal(type, BmcSessionId, Sequence = SequenceWindow.Next(Sequence), payload, vector);
    }

    /// <summary>The answer in a packet of the session; null when it cannot be opened.</summary>
    internal IpmiResponse? Response(byte[] datagram) =>
        Open(datagram) is { } payload && LanMessage.TryRead(payload, out var message) ? message!.ToResponse() : null;

    internal byte[]? Open(byte[] datagram) =>
        Rmcp.TryRead(datagram, out _, out var content) && RmcpPlusPacket.TryRead(content, out var packet)
        && packet.SessionId == sessionId && cipher!.TryOpen(packet, out var payload)
            ? payload
            : null;

    private byte[] Key => Encoding.ASCII.GetBytes(password);

    private static byte[] Payload(byte[] datagram, PayloadType type)
    {
        Assert.True(Rmcp.TryRead(datagram, out _, out var content));
        Assert.True(RmcpPlusPacket.TryRead(content, out var packet));
        Assert.Equal(type, packet.Type);
        return packet.Payload.ToArray();
    }
}
