using FsCheck;
using FsCheck.Fluent;
using Lab.Protocols.Nbd;

namespace Lab.Protocols.Tests.Nbd;

/// <summary>Any bytes are read or refused, never thrown over; what is written is read back.</summary>
public sealed class NbdFuzzTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(500);

    [Fact]
    public void Readers_AnyBytes_NeverThrow() => Prop.ForAll<byte[]>(bytes =>
    {
        _ = NbdGreeting.TryRead(bytes, out _);
        _ = NbdOptionHeader.TryRead(bytes, out _);
        _ = NbdOptionReplyHeader.TryRead(bytes, out _);
        _ = NbdExportInfo.TryReadInfo(bytes, out _);
        _ = NbdBlockSizes.TryReadInfo(bytes, out _);
        _ = NbdRequest.TryRead(bytes, out _);
        _ = NbdSimpleReply.TryRead(bytes, out _);
        _ = NbdChunk.TryRead(bytes, out _);
        _ = NbdExtent.TryRead(bytes, out _);
        _ = NbdExportRequest.TryReadName(bytes, out _);
        return !NbdExportRequest.TryRead(bytes, out var export) || export.ToBytes().SequenceEqual(bytes);
    }).Check(Runs);

    [Fact]
    public void MetaContextRequest_MutatedBytes_AreReadBackOrRefused()
    {
        var valid = new NbdMetaContextRequest("export", ["base:allocation", "x:y"]).ToBytes();
        Prop.ForAll(Gen.Choose(0, valid.Length - 1).ToArbitrary(), Gen.Choose(0, 255).ToArbitrary(), (at, value) =>
        {
            var mutated = (byte[])valid.Clone();
            mutated[at] = (byte)value;
            return !NbdMetaContextRequest.TryRead(mutated, out var request) || request.ToBytes().SequenceEqual(mutated);
        }).Check(Runs);
    }

    [Fact]
    public void Request_AnyFields_RoundTrips() =>
        Prop.ForAll<ushort, ushort, ulong>((flags, command, number) =>
        {
            var request = new NbdRequest((NbdCommandFlags)flags, (NbdCommand)command, number, ~number, (uint)number);
            var bytes = new byte[NbdRequest.Size];
            request.Write(bytes);
            return NbdRequest.TryRead(bytes, out var read) && read == request && !NbdRequest.TryRead(bytes.AsSpan(1), out _);
        }).Check(Runs);

    [Fact]
    public void Replies_AnyFields_RoundTrip() =>
        Prop.ForAll<ushort, ulong, uint>((type, cookie, number) =>
        {
            var chunk = new NbdChunk((NbdChunkFlags)type, (NbdChunkType)type, cookie, number);
            var simple = new NbdSimpleReply((NbdError)number, cookie);
            var bytes = new byte[NbdChunk.Size];
            chunk.Write(bytes);
            var chunkBack = NbdChunk.TryRead(bytes, out var readChunk) && readChunk == chunk;
            simple.Write(bytes);
            return chunkBack && NbdSimpleReply.TryRead(bytes, out var readSimple) && readSimple == simple;
        }).Check(Runs);
}
