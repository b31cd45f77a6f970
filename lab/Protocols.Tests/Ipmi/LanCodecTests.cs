using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Lan;
using Lab.Protocols.Ipmi.Sol;

namespace Lab.Protocols.Tests.Ipmi;

public sealed class LanCodecTests
{
    [Fact]
    public void PresencePing_AsRmcppingSendsIt_IsAnsweredByThePongOfTheSpecification()
    {
        // ASF 2.0 §3.2.4.3: IANA 4542, no OEM data, entities: IPMI and ASF 1.0, no interactions.
        Assert.True(Rmcp.TryRead(Bytes("0600ff06 000011be 80 2a 00 00"), out var messageClass, out var content));
        Assert.Equal(Rmcp.ClassAsf, messageClass);
        Assert.True(AsfPresence.TryReadPing(content, out var tag));
        Assert.Equal(Bytes("0600ff06 000011be 40 2a 00 10 000011be 00000000 81 00 000000000000"), AsfPresence.WritePong(tag));
        Assert.Equal(Bytes("0600ff06 000011be 80 2a 00 00"), AsfPresence.WritePing(0x2a));
    }

    [Fact]
    public void SessionlessPacket_OfIpmitool_IsReadAndAnsweredAsIpmiSimDoes()
    {
        const string Request = "0600ff07 00 00000000 00000000 09 2018c8 81003 88e04b5";
        const string Answer = "0600ff07 00 00000000 00000000 10 811c63 2000380 00185060300000000 19";
        Assert.True(Rmcp.TryRead(Bytes(Request), out _, out var content));
        Assert.True(SessionlessPacket.TryRead(content, out var bytes));
        Assert.True(LanMessage.TryRead(bytes, out var message));
        Assert.Equal((IpmiNetFn.App, 0x38, 0), ((byte)message!.NetFn, message.Command, message.Sequence));
        Assert.Equal(Bytes(Request), SessionlessPacket.Write(message.ToBytes()));
        Assert.Equal(Bytes(Answer), SessionlessPacket.Write(message.Answer(IpmiResponse.Of(Bytes("0185060300000000"))).ToBytes()));
    }

    [Theory]
    [InlineData("wrong checksum of the header", "2018c9 81003 88e04b5")]
    [InlineData("wrong checksum of the body", "2018c8 81003 88e04b6")]
    [InlineData("too short", "2018c8 8100")]
    public void LanMessage_Damaged_IsNotRead(string why, string wire)
    {
        Assert.NotEmpty(why);
        Assert.False(LanMessage.TryRead(Bytes(wire), out _));
    }

    [Theory]
    [InlineData(AuthenticationAlgorithm.HmacSha1, IntegrityAlgorithm.HmacSha1Of96, ConfidentialityAlgorithm.AesCbc128, 3)]
    [InlineData(AuthenticationAlgorithm.HmacSha256, IntegrityAlgorithm.HmacSha256Of128, ConfidentialityAlgorithm.AesCbc128, 17)]
    [InlineData(AuthenticationAlgorithm.HmacSha256, IntegrityAlgorithm.HmacSha1Of96, ConfidentialityAlgorithm.AesCbc128, null)]
    [InlineData(AuthenticationAlgorithm.HmacSha1, IntegrityAlgorithm.HmacSha1Of96, ConfidentialityAlgorithm.None, null)]
    [InlineData(AuthenticationAlgorithm.None, IntegrityAlgorithm.None, ConfidentialityAlgorithm.None, null)]
    public void CipherSuite_OfThreeAlgorithms_IsOneOfTheTwoOrNone(
        AuthenticationAlgorithm authentication, IntegrityAlgorithm integrity, ConfidentialityAlgorithm confidentiality, int? suite) =>
        Assert.Equal(suite, CipherSuite.Find(authentication, integrity, confidentiality)?.Id);

    [Fact]
    public void SequenceWindow_InOrderAndBeside_TakesEachNumberOnce()
    {
        var window = new SequenceWindow();
        Assert.False(window.TryTake(0));
        Assert.True(window.TryTake(3));
        Assert.True(window.TryTake(18));
        Assert.False(window.TryTake(18));
        Assert.False(window.TryTake(34));
        Assert.True(window.TryTake(33));
        // 16 behind the highest may still come, once; 17 behind may not.
        Assert.True(window.TryTake(17));
        Assert.False(window.TryTake(17));
        Assert.False(window.TryTake(16));
    }

    [Fact]
    public void SequenceWindow_AtTheEndOfNumbers_WrapsToOne()
    {
        Assert.Equal(1u, SequenceWindow.Next(uint.MaxValue));
        var window = new SequenceWindow(uint.MaxValue - 1);
        Assert.True(window.TryTake(14));
        Assert.False(window.TryTake(30));
        Assert.True(window.TryTake(uint.MaxValue));
        Assert.True(window.TryTake(1));
        Assert.False(window.TryTake(1));
        Assert.False(window.TryTake(uint.MaxValue - 1));
    }

    [Fact]
    public void Guid_OnTheWire_IsRfc4122Reversed()
    {
        var wire = new byte[IpmiGuid.Bytes];
        IpmiGuid.Write(new Guid("00112233-4455-6677-8899-aabbccddeeff"), wire);
        Assert.Equal(Bytes("ffeeddccbbaa99887766554433221100"), wire);
        Assert.Equal(new Guid("00112233-4455-6677-8899-aabbccddeeff"), IpmiGuid.Read(wire));
    }

    [Fact]
    public void SolPacket_Fields_AreLaidOutAsTable15_2()
    {
        var packet = new SolPacket(0x05, 0x03, 0x10, (byte)(SolOperation.GenerateBreak | SolOperation.CtsPause), "ab"u8.ToArray());
        Assert.Equal(Bytes("05 03 10 18 6162"), packet.ToBytes());
        Assert.True(SolPacket.TryRead(Bytes("f5 f3 10 18 6162"), out var read));
        Assert.Equal(packet with { Characters = default }, read! with { Characters = default });
        Assert.False(SolPacket.TryRead(Bytes("05 03 10"), out _));
        Assert.Equal([1, 2, 15, 1], new byte[] { 0, 1, 14, 15 }.Select(SolPacket.Next));
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
