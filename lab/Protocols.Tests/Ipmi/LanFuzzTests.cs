using FsCheck;
using FsCheck.Fluent;
using Lab.Protocols.Ipmi.Lan;
using Lab.Protocols.Ipmi.Sel;
using Lab.Protocols.Ipmi.Sol;

namespace Lab.Protocols.Tests.Ipmi;

/// <summary>Any bytes are read or refused, never thrown over; what is read is written back.</summary>
public sealed class LanFuzzTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(2000);

    [Fact]
    public void Readers_AnyBytes_NeverThrow() => Prop.ForAll<byte[]>(bytes =>
    {
        _ = Rmcp.TryRead(bytes, out _, out _);
        _ = AsfPresence.TryReadPing(bytes, out _);
        _ = SessionlessPacket.TryRead(bytes, out _);
        _ = RmcpPlusPacket.TryRead(bytes, out _);
        _ = OpenSessionRequest.TryRead(bytes, out _);
        _ = OpenSessionResponse.TryRead(bytes, out _);
        _ = Rakp1.TryRead(bytes, out _, out _);
        _ = Rakp2.TryRead(bytes, out _);
        _ = Rakp3.TryRead(bytes, out _);
        _ = Rakp4.TryRead(bytes, out _);
        _ = SelRecord.TryRead(bytes, out _);
        _ = SolPacket.TryRead(bytes, out _);
        return !LanMessage.TryRead(bytes, out var message) || message!.ToBytes().SequenceEqual(bytes);
    }).Check(Runs);

    [Fact]
    public void Handshake_MutatedCapture_IsReadOrRefused()
    {
        string[] datagrams = [LanCapture.Suite17.OpenSession, LanCapture.Suite17.Rakp1, LanCapture.Suite17.Rakp3, LanCapture.Suite17.Request];
        Prop.ForAll(
            Gen.Elements(datagrams).ToArbitrary(), Gen.Choose(0, 63).ToArbitrary(), Gen.Choose(0, 255).ToArbitrary(),
            (datagram, at, value) =>
            {
                var mutated = Convert.FromHexString(datagram);
                mutated[at % mutated.Length] = (byte)value;
                if (!Rmcp.TryRead(mutated, out _, out var content) || !RmcpPlusPacket.TryRead(content, out var packet))
                    return true;
                _ = OpenSessionRequest.TryRead(packet.Payload, out _);
                _ = Rakp3.TryRead(packet.Payload, out _);
                return !Rakp1.TryRead(packet.Payload, out var rakp, out _) || rakp!.ToBytes().Length == packet.Payload.Length;
            }).Check(Runs);
    }
}
