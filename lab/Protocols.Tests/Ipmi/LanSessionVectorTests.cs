using System.Text;
using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Lan;

namespace Lab.Protocols.Tests.Ipmi;

/// <summary>Whole sessions of foreign programs, read, checked and written again byte by byte.</summary>
public sealed class LanSessionVectorTests
{
    private const int InitialisationVectorBytes = 16;

    public static TheoryData<int> Suites => [3, 17];

    [Theory, MemberData(nameof(Suites))]
    public void Handshake_Captured_IsReadAndWrittenBack(int suite)
    {
        var capture = Of(suite);
        Assert.True(OpenSessionRequest.TryRead(Payload(capture.OpenSession), out var open));
        Assert.True(OpenSessionResponse.TryRead(Payload(capture.OpenSessionAnswer), out var opened));
        Assert.True(Rakp1.TryRead(Payload(capture.Rakp1), out var rakp1, out _));
        Assert.True(Rakp2.TryRead(Payload(capture.Rakp2), out var rakp2));
        Assert.True(Rakp3.TryRead(Payload(capture.Rakp3), out var rakp3));
        Assert.True(Rakp4.TryRead(Payload(capture.Rakp4), out var rakp4));
        Assert.Equal(suite, opened!.Suite!.Id);
        Assert.Equal(capture.UserName, rakp1!.Name);
        Assert.Equal(IpmiPrivilege.Administrator, rakp1.Privilege);
        (PayloadType Type, byte[] Bytes, string Datagram)[] messages =
        [
            (PayloadType.OpenSessionRequest, open!.ToBytes(), capture.OpenSession),
            (PayloadType.OpenSessionResponse, opened.ToBytes(), capture.OpenSessionAnswer),
            (PayloadType.Rakp1, rakp1.ToBytes(), capture.Rakp1),
            (PayloadType.Rakp2, rakp2!.ToBytes(), capture.Rakp2),
            (PayloadType.Rakp3, rakp3!.ToBytes(), capture.Rakp3),
            (PayloadType.Rakp4, rakp4!.ToBytes(), capture.Rakp4),
        ];
        foreach (var (type, bytes, datagram) in messages)
            Assert.Equal(datagram, Convert.ToHexStringLower(RmcpPlusPacket.WriteOutsideSession(type, bytes)));
    }

    [Theory, MemberData(nameof(Suites))]
    public void CheckValues_OfThePassword_AreThoseOnTheWire(int suite)
    {
        var capture = Of(suite);
        var (exchange, password) = (Exchange(capture), Encoding.ASCII.GetBytes(capture.Password));
        Rakp2.TryRead(Payload(capture.Rakp2), out var rakp2);
        Rakp3.TryRead(Payload(capture.Rakp3), out var rakp3);
        Rakp4.TryRead(Payload(capture.Rakp4), out var rakp4);
        Assert.Equal(rakp2!.CheckValue, exchange.Rakp2CheckValue(password));
        Assert.Equal(rakp3!.CheckValue, exchange.Rakp3CheckValue(password));
        Assert.Equal(rakp4!.CheckValue, exchange.Rakp4CheckValue(exchange.Keys(password)));
        Assert.NotEqual(rakp3.CheckValue, exchange.Rakp3CheckValue("another"u8));
    }

    [Theory, MemberData(nameof(Suites))]
    public void Packets_Captured_AreOpenedAndSealedAgain(int suite)
    {
        var capture = Of(suite);
        var cipher = new SessionCipher(Exchange(capture).Keys(Encoding.ASCII.GetBytes(capture.Password)));
        foreach (var datagram in new[] { capture.Request, capture.Answer })
        {
            var packet = Packet(datagram);
            Assert.True(cipher.TryOpen(packet, out var payload));
            Assert.True(LanMessage.TryRead(payload, out var message));
            Assert.Equal((IpmiNetFn.App, 0x01), ((byte)(message!.NetFn & ~1), message.Command));
            Assert.Equal(payload, message.ToBytes());
            var sealedAgain = cipher.Seal(packet.Type, packet.SessionId, packet.Sequence, payload, packet.Payload[..InitialisationVectorBytes]);
            Assert.Equal(datagram, Convert.ToHexStringLower(sealedAgain));
        }
    }

    [Theory, MemberData(nameof(Suites))]
    public void Packet_AnyByteChanged_IsNotOpened(int suite)
    {
        var capture = Of(suite);
        var cipher = new SessionCipher(Exchange(capture).Keys(Encoding.ASCII.GetBytes(capture.Password)));
        for (var at = Rmcp.HeaderBytes; at < capture.Request.Length / 2; at++)
        {
            var changed = Convert.FromHexString(capture.Request);
            changed[at] ^= 0x01;
            var opened = Rmcp.TryRead(changed, out _, out var content) && RmcpPlusPacket.TryRead(content, out var packet) && cipher.TryOpen(packet, out _);
            Assert.False(opened, $"byte {at}");
        }
    }

    private static LanCapture Of(int suite) => suite == 3 ? LanCapture.Suite3 : LanCapture.Suite17;

    private static RakpExchange Exchange(LanCapture capture)
    {
        OpenSessionResponse.TryRead(Payload(capture.OpenSessionAnswer), out var opened);
        Rakp1.TryRead(Payload(capture.Rakp1), out var rakp1, out _);
        Rakp2.TryRead(Payload(capture.Rakp2), out var rakp2);
        return new RakpExchange(
            opened!.Suite!, opened.ConsoleSessionId, opened.BmcSessionId, rakp1!.ConsoleRandom, rakp2!.BmcRandom, rakp2.BmcGuid, rakp1.Role,
            rakp1.UserName);
    }

    private static byte[] Payload(string datagram) => Packet(datagram).Payload.ToArray();

    private static RmcpPlusPacket Packet(string datagram)
    {
        Assert.True(Rmcp.TryRead(Convert.FromHexString(datagram), out var messageClass, out var content));
        Assert.Equal(Rmcp.ClassIpmi, messageClass);
        Assert.True(RmcpPlusPacket.TryRead(content, out var packet));
        return packet;
    }
}
