using Lab.Protocols.Nbd;

namespace Lab.Protocols.Tests.Nbd;

/// <summary>Bytes as proto.md lays them out, against what the codec reads and writes.</summary>
public sealed class NbdVectorTests
{
    [Fact]
    public void Greeting_FixedNewstyleNoZeroes_HasBothMagicsAndFlags()
    {
        var bytes = new byte[NbdGreeting.Size];
        new NbdGreeting(NbdServerFlags.FixedNewstyle | NbdServerFlags.NoZeroes).Write(bytes);
        Assert.Equal("4E42444D41474943 49484156454F5054 0003".Hex(), bytes);
        Assert.True(NbdGreeting.TryRead(bytes, out var read));
        Assert.Equal(NbdServerFlags.FixedNewstyle | NbdServerFlags.NoZeroes, read.Flags);
    }

    [Theory]
    [InlineData("49484156454F5054 00000007 0000000A", NbdOption.Go, 10)]
    [InlineData("49484156454F5054 00000008 00000000", NbdOption.StructuredReply, 0)]
    [InlineData("49484156454F5054 0000000B 00000000", NbdOption.ExtendedHeaders, 0)]
    public void OptionHeader_Vector_ReadsAndWrites(string hex, NbdOption option, uint length)
    {
        var expected = new NbdOptionHeader(option, length);
        Assert.True(NbdOptionHeader.TryRead(hex.Hex(), out var read));
        Assert.Equal(expected, read);
        var bytes = new byte[NbdOptionHeader.Size];
        expected.Write(bytes);
        Assert.Equal(hex.Hex(), bytes);
    }

    [Theory]
    [InlineData("0003E889045565A9 00000008 00000001 00000000", NbdOption.StructuredReply, NbdOptionReply.Ack, 0)]
    [InlineData("0003E889045565A9 00000005 80000001 00000000", NbdOption.StartTls, NbdOptionReply.ErrUnsupported, 0)]
    [InlineData("0003E889045565A9 00000007 00000003 0000000C", NbdOption.Go, NbdOptionReply.Info, 12)]
    public void OptionReplyHeader_Vector_ReadsAndWrites(string hex, NbdOption option, NbdOptionReply reply, uint length)
    {
        var expected = new NbdOptionReplyHeader(option, reply, length);
        Assert.True(NbdOptionReplyHeader.TryRead(hex.Hex(), out var read));
        Assert.Equal(expected, read);
        var bytes = new byte[NbdOptionReplyHeader.Size];
        expected.Write(bytes);
        Assert.Equal(hex.Hex(), bytes);
    }

    [Fact]
    public void ExportRequest_NameAndTwoInfos_ReadsAndWrites()
    {
        var bytes = "00000003 766F6C 0002 0003 0001".Hex();
        Assert.True(NbdExportRequest.TryRead(bytes, out var request));
        Assert.Equal("vol", request.Name);
        Assert.Equal([NbdInfo.BlockSize, NbdInfo.Name], request.Infos);
        Assert.Equal(bytes, request.ToBytes());
    }

    [Theory]
    [InlineData("00000004 766F6C 0000")] // the name is longer than the data
    [InlineData("00000003 766F6C 0002 0003")] // an info is missing
    [InlineData("00000003 766F6C 0000 00")] // a byte too many
    [InlineData("00000003 766FFF 0000")] // no UTF-8
    [InlineData("00000003 760000 0000")] // NUL
    [InlineData("FFFFFFFF 766F6C 0000")]
    [InlineData("")]
    public void ExportRequest_Malformed_IsRefused(string hex) => Assert.False(NbdExportRequest.TryRead(hex.Hex(), out _));

    [Fact]
    public void MetaContextRequest_BaseAllocation_ReadsAndWrites()
    {
        var bytes = "00000001 61 00000001 0000000F 626173653A616C6C6F636174696F6E".Hex();
        Assert.True(NbdMetaContextRequest.TryRead(bytes, out var request));
        Assert.Equal("a", request.ExportName);
        Assert.Equal([NbdProtocol.BaseAllocation], request.Queries);
        Assert.Equal(bytes, request.ToBytes());
    }

    [Theory]
    [InlineData("00000001 61 00000002 00000001 62")]
    [InlineData("00000001 61 FFFFFFFF")]
    [InlineData("00000001 61")]
    [InlineData("00000001 61 00000000 00")]
    public void MetaContextRequest_Malformed_IsRefused(string hex) => Assert.False(NbdMetaContextRequest.TryRead(hex.Hex(), out _));

    [Fact]
    public void ExportInfo_OneMebibyte_HasInfoTypeSizeFlags()
    {
        var bytes = new byte[NbdExportInfo.InfoSize];
        new NbdExportInfo(1 << 20, NbdExportFlags.HasFlags | NbdExportFlags.SendFlush | NbdExportFlags.CanMultiConn).WriteInfo(bytes);
        Assert.Equal("0000 0000000000100000 0105".Hex(), bytes);
    }

    [Fact]
    public void BlockSizes_Vector_HasInfoTypeAndThreeSizes()
    {
        var bytes = new byte[NbdBlockSizes.InfoSize];
        new NbdBlockSizes(1, 4096, 32 << 20).WriteInfo(bytes);
        Assert.Equal("0003 00000001 00001000 02000000".Hex(), bytes);
    }

    [Fact]
    public void Request_WriteZeroesNoHoleFua_ReadsAndWrites()
    {
        var hex = "25609513 0003 0006 0102030405060708 0000000000010000 00001000";
        var expected = new NbdRequest(
            NbdCommandFlags.Fua | NbdCommandFlags.NoHole, NbdCommand.WriteZeroes, 0x0102030405060708, 65536, 4096);
        Assert.True(NbdRequest.TryRead(hex.Hex(), out var read));
        Assert.Equal(expected, read);
        var bytes = new byte[NbdRequest.Size];
        expected.Write(bytes);
        Assert.Equal(hex.Hex(), bytes);
    }

    [Fact]
    public void SimpleReply_NoSpace_HasMagicErrorCookie()
    {
        var bytes = new byte[NbdSimpleReply.Size];
        new NbdSimpleReply(NbdError.NoSpace, 7).Write(bytes);
        Assert.Equal("67446698 0000001C 0000000000000007".Hex(), bytes);
    }

    [Fact]
    public void Chunk_OffsetData_CountsItsOffsetInTheLength()
    {
        var bytes = new byte[NbdChunk.DataPrefixSize];
        NbdChunk.WriteDataPrefix(bytes, 9, 4096, 512);
        Assert.Equal("668E33EF 0001 0001 0000000000000009 00000208 0000000000001000".Hex(), bytes);
    }

    [Fact]
    public void Chunk_OffsetHole_HasOffsetAndSize()
    {
        var bytes = new byte[NbdChunk.HoleSize];
        NbdChunk.WriteHole(bytes, 9, 4096, 512);
        Assert.Equal("668E33EF 0001 0002 0000000000000009 0000000C 0000000000001000 00000200".Hex(), bytes);
    }

    [Fact]
    public void Chunk_Error_HasErrorAndEmptyMessage()
    {
        var bytes = new byte[NbdChunk.ErrorSize];
        NbdChunk.WriteError(bytes, 9, NbdError.Io);
        Assert.Equal("668E33EF 0001 8001 0000000000000009 00000006 00000005 0000".Hex(), bytes);
    }

    [Fact]
    public void Chunk_BlockStatus_HasContextAndDescriptors()
    {
        var bytes = new byte[NbdChunk.BlockStatusSize(2)];
        NbdChunk.WriteBlockStatus(
            bytes, 9, 1, [new NbdExtent(65536, NbdExtentState.Data), new NbdExtent(512, NbdExtentState.Hole | NbdExtentState.Zero)]);
        Assert.Equal("668E33EF 0001 0005 0000000000000009 00000014 00000001 00010000 00000000 00000200 00000003".Hex(), bytes);
    }
}

internal static class NbdHex
{
    public static byte[] Hex(this string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));
}
