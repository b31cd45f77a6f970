using System.Buffers.Binary;
using Lab.Emulators.Storage.Tests.Support;
using Lab.Protocols.Nbd;

namespace Lab.Emulators.Storage.Tests.Durability;

/// <summary>The program is killed with SIGKILL under load and started again on the same pool.</summary>
public sealed class KillTests
{
    private const int Block = 4096;
    private const int Blocks = 512;
    private const long Size = (long)Block * Blocks;

    [Fact]
    public async Task Kill_UnderLoad_KeepsEveryFlushedWriteAndTearsNone()
    {
        using var directory = new TempDirectory();
        var random = new Random(11);
        var flushed = new uint[Blocks];
        var written = new uint[Blocks];
        Guid volume;
        using (var first = await TargetProcess.StartAsync(directory.File("pool")))
        {
            var origin = await first.Management.CreateVolumeAsync(Size);
            using var content = new ByteArrayContent([.. Enumerable.Repeat(Stamp(1), Blocks).SelectMany(block => block)]);
            using var filled = await first.Management.Http.PutAsync($"volumes/{origin}/content", content);
            Assert.True(filled.IsSuccessStatusCode);
            Array.Fill(flushed, 1u);
            Array.Fill(written, 1u);
            volume = await first.Management.CloneAsync(await first.Management.SnapshotAsync(origin));
            await first.KillAsync();
        }
        for (var round = 1u; round <= 3; round++)
        {
            using var target = await TargetProcess.StartAsync(directory.File("pool"));
            var url = await target.Management.ExportAsync(volume);
            using var client = await RawNbdClient.OpenAsync(Endpoint(url), url, structured: false);
            Check(client, flushed, written);
            for (var step = 0u; step < 200; step++)
            {
                var block = random.Next(Blocks);
                var durable = step % 13 == 0;
                written[block] = (round << 16) + step;
                client.Request(
                    NbdCommand.Write, (ulong)block * Block, Block, durable ? NbdCommandFlags.Fua : NbdCommandFlags.None, Stamp(written[block]));
                Assert.Equal(NbdError.None, client.SimpleReply());
                if (durable)
                    flushed[block] = written[block];
                if (step % 50 == 49)
                {
                    client.Request(NbdCommand.Flush, 0, 0);
                    Assert.Equal(NbdError.None, client.SimpleReply());
                    written.CopyTo(flushed, 0);
                }
            }

            // Some that are on their way when the kill comes.
            for (var i = 0; i < 20; i++)
            {
                var block = random.Next(Blocks);
                written[block] = (round << 16) + 1000;
                client.Request(NbdCommand.Write, (ulong)block * Block, Block, NbdCommandFlags.None, Stamp(written[block]));
            }
            await target.KillAsync();
        }
        using var last = await TargetProcess.StartAsync(directory.File("pool"));
        var lastUrl = await last.Management.ExportAsync(volume);
        using (var client = await RawNbdClient.OpenAsync(Endpoint(lastUrl), lastUrl, structured: false))
            Check(client, flushed, written);
        Assert.Equal(0, await last.TerminateAsync());
    }

    /// <summary>A block holds what was flushed, or something written after that; and one stamp from end to end.</summary>
    private static void Check(RawNbdClient client, uint[] flushed, uint[] written)
    {
        for (var block = 0; block < Blocks; block++)
        {
            client.Request(NbdCommand.Read, (ulong)block * Block, Block);
            Assert.Equal(NbdError.None, client.SimpleReply());
            var bytes = client.Receive(Block);
            var stamp = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            Assert.Equal(Stamp(stamp), bytes);
            Assert.InRange(stamp, flushed[block], Math.Max(flushed[block], written[block]));
            flushed[block] = written[block] = stamp;
        }
    }

    private static byte[] Stamp(uint value)
    {
        var bytes = new byte[Block];
        for (var at = 0; at < Block; at += 4)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);
        return bytes;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Kill_AfterWritesThatWereNotFlushed_KeepsThem(bool isFlushedBetween)
    {
        // The kernel has them: what a host was told to be written must not be lost by a process, or its next flush lies.
        using var directory = new TempDirectory();
        Guid volume;
        using (var first = await TargetProcess.StartAsync(directory.File("pool")))
        {
            volume = await first.Management.CreateVolumeAsync(Size);
            var url = await first.Management.ExportAsync(volume);
            using var client = await RawNbdClient.OpenAsync(Endpoint(url), url, structured: false);
            for (var block = 0; block < Blocks; block += 16)
            {
                client.Request(NbdCommand.Write, (ulong)block * Block, Block, data: Stamp((uint)block + 1));
                Assert.Equal(NbdError.None, client.SimpleReply());
                if (!isFlushedBetween || block != Blocks / 2)
                    continue;
                client.Request(NbdCommand.Flush, 0, 0);
                Assert.Equal(NbdError.None, client.SimpleReply());
            }
            client.Request(NbdCommand.Trim, 0, 16 * Block);
            Assert.Equal(NbdError.None, client.SimpleReply());
            await first.KillAsync();
        }
        for (var round = 0; round < 2; round++)
        {
            using var target = await TargetProcess.StartAsync(directory.File("pool"));
            var url = await target.Management.ExportAsync(volume);
            using var client = await RawNbdClient.OpenAsync(Endpoint(url), url, structured: false);
            for (var block = 0; block < Blocks; block += 16)
            {
                client.Request(NbdCommand.Read, (ulong)block * Block, Block);
                Assert.Equal(NbdError.None, client.SimpleReply());
                Assert.Equal(block == 0 ? new byte[Block] : Stamp((uint)block + 1), client.Receive(Block));
            }
            await target.KillAsync();
        }
    }

    private static System.Net.IPEndPoint Endpoint(string url) => System.Net.IPEndPoint.Parse(new Uri(url).Authority);
}
