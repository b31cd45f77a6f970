using System.Buffers.Binary;
using Lab.Emulators.Storage.Tests.Support;
using Lab.Protocols.Nbd;

namespace Lab.Emulators.Storage.Tests.Nbd;

/// <summary>What well-behaved clients never send, and the fine print.</summary>
public sealed class ProtocolTests(TargetFixture target) : IClassFixture<TargetFixture>
{
    private const long Size = 1 << 20;

    [Theory]
    [InlineData(NbdOption.StartTls)]
    [InlineData(NbdOption.ExtendedHeaders)]
    [InlineData((NbdOption)4711)]
    public async Task Option_Unknown_IsUnsupportedAndTheNextWorks(NbdOption option)
    {
        using var client = await RawNbdClient.ConnectAsync(target.Nbd);
        Assert.Equal(NbdOptionReply.ErrUnsupported, client.Option(option, [1, 2, 3]).Reply);
        Assert.Equal(NbdOptionReply.Ack, client.Option(NbdOption.StructuredReply, []).Reply);
        Assert.Equal(NbdOptionReply.Ack, client.Option(NbdOption.Abort, []).Reply);
        Assert.True(client.IsHungUp());
    }

    [Fact]
    public async Task Options_Malformed_AreInvalid()
    {
        using var client = await RawNbdClient.ConnectAsync(target.Nbd);
        Assert.Equal(NbdOptionReply.ErrInvalid, client.Option(NbdOption.SetMetaContext, new NbdMetaContextRequest("a", []).ToBytes()).Reply);
        Assert.Equal(NbdOptionReply.ErrInvalid, client.Option(NbdOption.StructuredReply, [0]).Reply);
        Assert.Equal(NbdOptionReply.ErrInvalid, client.Option(NbdOption.List, [0]).Reply);
        Assert.Equal(NbdOptionReply.ErrInvalid, client.Option(NbdOption.Go, [0, 0, 0, 9]).Reply);
        Assert.Equal(NbdOptionReply.ErrUnknown, client.Option(NbdOption.Go, new NbdExportRequest("", []).ToBytes()).Reply);
    }

    [Theory]
    [InlineData("")]
    [InlineData("49484156454F5055 00000003 00000000")]
    [InlineData("49484156454F5054 00000003 7FFFFFFF")]
    public async Task Negotiation_Garbage_IsHungUp(string hex)
    {
        using var client = await RawNbdClient.ConnectAsync(target.Nbd);
        client.Send(hex.Length == 0 ? new byte[64] : Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        Assert.True(client.IsHungUp());
    }

    [Fact]
    public async Task ExportName_Known_AnswersSizeAndFlags()
    {
        var url = await ExportedAsync();
        using var client = await RawNbdClient.ConnectAsync(target.Nbd);
        var name = System.Text.Encoding.UTF8.GetBytes(url[(url.LastIndexOf('/') + 1)..]);
        var head = new byte[NbdOptionHeader.Size];
        new NbdOptionHeader(NbdOption.ExportName, (uint)name.Length).Write(head);
        client.Send([.. head, .. name]);
        var answer = client.Receive(NbdExportInfo.ExportNameSize);
        Assert.Equal((ulong)Size, BinaryPrimitives.ReadUInt64BigEndian(answer));
        client.Request(NbdCommand.Read, 0, 512);
        Assert.Equal(NbdError.None, client.SimpleReply());
        Assert.DoesNotContain(client.Receive(512), value => value != 0);
    }

    [Fact]
    public async Task Requests_OutOfRangeOrUnknown_GetTheirErrors()
    {
        using var client = await RawNbdClient.OpenAsync(target.Nbd, await ExportedAsync());
        client.Request(NbdCommand.Read, Size - 10, 11);
        Assert.Equal(NbdError.Invalid, client.ErrorChunk());
        client.Request(NbdCommand.Read, ulong.MaxValue, 1);
        Assert.Equal(NbdError.Invalid, client.ErrorChunk());
        client.Request(NbdCommand.Read, 0, 0);
        Assert.Equal(NbdError.Invalid, client.ErrorChunk());
        client.Request(NbdCommand.Read, 0, 64 << 20);
        Assert.Equal(NbdError.Invalid, client.ErrorChunk());
        client.Request(NbdCommand.Write, Size - 1, 2, data: [1, 2]);
        Assert.Equal(NbdError.NoSpace, client.SimpleReply());
        client.Request(NbdCommand.WriteZeroes, Size, 1);
        Assert.Equal(NbdError.NoSpace, client.SimpleReply());
        client.Request(NbdCommand.Trim, 0, uint.MaxValue);
        Assert.Equal(NbdError.Invalid, client.SimpleReply());
        client.Request((NbdCommand)77, 0, 1);
        Assert.Equal(NbdError.Invalid, client.SimpleReply());
        client.Request(NbdCommand.Write, 0, 1, NbdCommandFlags.NoHole, [1]);
        Assert.Equal(NbdError.Invalid, client.SimpleReply());
        client.Request(NbdCommand.Read, 0, 1);
        Assert.Equal(NbdChunkType.OffsetHole, client.Chunk().Chunk.Type);
    }

    [Fact]
    public async Task Write_OnReadOnlyExport_IsNotPermittedAndItsDataIsDropped()
    {
        var url = await target.Management.ExportAsync(await target.Management.CreateVolumeAsync(Size), readOnly: true);
        using var client = await RawNbdClient.OpenAsync(target.Nbd, url);
        client.Request(NbdCommand.Write, 0, 200_000, data: new byte[200_000]);
        Assert.Equal(NbdError.NotPermitted, client.SimpleReply());
        client.Request(NbdCommand.Trim, 0, 65536);
        Assert.Equal(NbdError.NotPermitted, client.SimpleReply());
        client.Request(NbdCommand.Flush, 0, 0);
        Assert.Equal(NbdError.None, client.SimpleReply());
    }

    [Fact]
    public async Task Read_WithoutStructuredReplies_IsSimple()
    {
        using var client = await RawNbdClient.OpenAsync(target.Nbd, await ExportedAsync(), structured: false);
        client.Request(NbdCommand.Write, 100, 3, NbdCommandFlags.Fua, [1, 2, 3]);
        Assert.Equal(NbdError.None, client.SimpleReply());
        client.Request(NbdCommand.Read, 99, 5);
        Assert.Equal(NbdError.None, client.SimpleReply());
        Assert.Equal([0, 1, 2, 3, 0], client.Receive(5));
        client.Request(NbdCommand.BlockStatus, 0, 512);
        Assert.Equal(NbdError.Invalid, client.SimpleReply());
    }

    [Fact]
    public async Task BlockStatus_ReqOne_GivesOneExtentAndElseAll()
    {
        using var client = await RawNbdClient.OpenAsync(target.Nbd, await ExportedAsync());
        client.Request(NbdCommand.Write, 65536, 1, data: [1]);
        Assert.Equal(NbdError.None, client.SimpleReply());
        client.Request(NbdCommand.BlockStatus, 0, (uint)Size, NbdCommandFlags.ReqOne);
        Assert.Equal("000000010001000000000003", Convert.ToHexString(client.Chunk().Data));
        client.Request(NbdCommand.BlockStatus, 0, (uint)Size);
        Assert.Equal("00000001" + "0001000000000003" + "0001000000000000" + "000E000000000003", Convert.ToHexString(client.Chunk().Data));
    }

    [Fact]
    public async Task Request_WithoutMagic_IsHungUp()
    {
        using var client = await RawNbdClient.OpenAsync(target.Nbd, await ExportedAsync());
        client.Send(new byte[NbdRequest.Size]);
        Assert.True(client.IsHungUp());
    }

    [Fact]
    public async Task Write_CutOffInTheMiddle_ChangesNothing()
    {
        var volume = await target.Management.CreateVolumeAsync(Size);
        var url = await target.Management.ExportAsync(volume);
        using (var client = await RawNbdClient.OpenAsync(target.Nbd, url))
            client.Request(NbdCommand.Write, 0, 300_000, data: new byte[1000]);
        await target.Management.EndExportAsync(url);
        Assert.Equal(0, (await target.Management.GetAsync($"volumes/{volume}")).GetProperty("used_bytes").GetInt64());
    }

    [Fact]
    public async Task Anything_TenThousandTimes_NeitherCrashesNorChangesNorLeaks()
    {
        const int Rounds = 10_000;
        const int PerConnection = 50;
        var volume = await target.Management.CreateVolumeAsync(Size);
        using var watcher = await RawNbdClient.OpenAsync(target.Nbd, await target.Management.ExportAsync(volume));
        var stored = new byte[64 * 1024];
        new Random(1).NextBytes(stored);
        watcher.Request(NbdCommand.Write, 0, (uint)stored.Length, data: stored);
        Assert.Equal(NbdError.None, watcher.SimpleReply());
        var url = await target.Management.ExportAsync(volume, readOnly: true);
        var random = new Random(10809);
        for (var round = 0; round < Rounds; round += PerConnection)
        {
            using var client = await RawNbdClient.OpenAsync(target.Nbd, url, structured: random.Next(3) != 0);
            try
            {
                for (var i = 0; i < PerConnection; i++)
                    client.Send(Mutated(random));
                client.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
                while (client.Socket.Receive(new byte[64 * 1024]) > 0)
                {
                    // Whatever it is answered; that there is an end to it is what counts.
                }
            }
            catch (System.Net.Sockets.SocketException gone) when (gone.SocketErrorCode is not System.Net.Sockets.SocketError.TimedOut)
            {
                // The target hung up, as it may.
            }
        }
        watcher.Request(NbdCommand.Read, 0, (uint)stored.Length);
        var (chunk, data) = watcher.Chunk();
        Assert.Equal(NbdChunkType.OffsetData, chunk.Type);
        Assert.Equal(stored, data[sizeof(ulong)..]);
        await Eventually.TrueAsync(
            "no connection is left behind", async () => (await target.Management.GetAsync("exports/" + NameOf(url))).GetProperty("connections").GetInt32() == 0);
    }

    /// <summary>A request that is right but for a few fields, with data where its kind has some.</summary>
    private static byte[] Mutated(Random random)
    {
        var command = random.Next(10) == 0 ? (NbdCommand)random.Next(ushort.MaxValue) : (NbdCommand)random.Next(9);
        var isFar = random.Next(8) == 0;
        var offset = isFar ? (ulong)random.NextInt64() * 2 : (ulong)random.NextInt64(Size);
        var length = command == NbdCommand.Write || !isFar ? (uint)random.Next(4096) : (uint)random.NextInt64(uint.MaxValue);
        var bytes = new byte[NbdRequest.Size + (command == NbdCommand.Write ? (int)length : 0)];
        random.NextBytes(bytes);
        new NbdRequest((NbdCommandFlags)(random.Next(4) == 0 ? random.Next(ushort.MaxValue) : 0), command, (ulong)random.NextInt64(), offset, length).Write(bytes);
        if (random.Next(200) == 0)
            bytes[random.Next(NbdRequest.Size)] ^= 1;
        return bytes;
    }

    private static string NameOf(string url) => url[(url.LastIndexOf('/') + 1)..];

    [Fact]
    public async Task DeleteExport_WhileConnected_EndsTheConnectionFirst()
    {
        var volume = await target.Management.CreateVolumeAsync(Size);
        var url = await target.Management.ExportAsync(volume);
        using var client = await RawNbdClient.OpenAsync(target.Nbd, url);
        var path = "exports/" + url[(url.LastIndexOf('/') + 1)..];
        Assert.Equal(1, (await target.Management.GetAsync(path)).GetProperty("connections").GetInt32());
        await target.Management.DeleteAsync(path);
        Assert.True(client.IsHungUp());

        // Nobody has the volume in use any more.
        await target.Management.DeleteAsync($"volumes/{volume}");
    }

    [Fact]
    public async Task Requests_ManyAtOnce_AreAllAnswered()
    {
        using var client = await RawNbdClient.OpenAsync(target.Nbd, await ExportedAsync());
        const int Count = 300;
        var sending = Task.Run(() =>
        {
            for (var i = 0; i < Count; i++)
                client.Request(i % 3 == 0 ? NbdCommand.Flush : NbdCommand.WriteZeroes, 0, i % 3 == 0 ? 0 : 4096u);
        });
        for (var i = 0; i < Count; i++)
            Assert.Equal(NbdError.None, client.SimpleReply());
        await sending;
    }

    private async Task<string> ExportedAsync() => await target.Management.ExportAsync(await target.Management.CreateVolumeAsync(Size));
}
