using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Storage.Store;

/// <summary>
/// Changes of a layer's map since its last commit, in files that are written and not synced: what a write made is then there after the
/// process was killed, flushed or not, since the kernel keeps what both files were given. After a crash of the machine it is void, which
/// the kernel's boot id tells. Two files take turns: one takes what comes while the commit that makes the other needless is under way.
/// </summary>
internal sealed class LayerJournal(string path) : IDisposable
{
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";
    private const int BootIdBytes = 36;
    private const int HeaderBytes = 64;
    private const int EntryBytes = 16;

    private static readonly byte[] BootId = Encoding.ASCII.GetBytes(File.ReadAllText(BootIdFile).Trim());

    private readonly SafeFileHandle?[] files = new SafeFileHandle?[2];
    private readonly byte[] entry = new byte[EntryBytes];
    private ulong turn;
    private long end;

    private SafeFileHandle? Current => files[turn % 2];

    /// <summary>Gives what was not committed, in order; false when there is nothing.</summary>
    public bool Replay(Action<long, long, ChunkState> change)
    {
        var left = new List<(ulong Turn, byte[] Bytes)>();
        for (var i = 0; i < files.Length; i++)
            if (File.Exists(PathOf(i)) && File.ReadAllBytes(PathOf(i)) is { Length: > HeaderBytes } bytes && bytes.AsSpan(0, BootIdBytes).SequenceEqual(BootId))
                left.Add((BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(BootIdBytes)), bytes));
        foreach (var (_, bytes) in left.OrderBy(one => one.Turn))
            for (var at = HeaderBytes; at + EntryBytes <= bytes.Length; at += EntryBytes)
                change(
                    BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)),
                    (ChunkState)bytes[at + 12]);
        return left.Count > 0;
    }

    /// <summary>The caller sees that entries follow one another as the changes do.</summary>
    public void Append(long chunk, long count, ChunkState state)
    {
        if (Current is null)
            Begin();
        for (; count > 0; count -= uint.MaxValue)
        {
            BinaryPrimitives.WriteInt64LittleEndian(entry, chunk);
            BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(8), (uint)Math.Min(count, uint.MaxValue));
            entry[12] = (byte)state;
            RandomAccess.Write(Current!, entry, end);
            end += EntryBytes;
            chunk += uint.MaxValue;
        }
    }

    /// <summary>A commit is about to take all that was appended; what comes from now on is for the next.</summary>
    public void TakeTurn()
    {
        turn++;
        if (Current is not null)
            Begin();
    }

    /// <summary>The commit is durable.</summary>
    public void Committed()
    {
        if (files[(turn + 1) % 2] is { } other)
            RandomAccess.SetLength(other, 0);
    }

    public void Delete()
    {
        Dispose();
        for (var i = 0; i < files.Length; i++)
            File.Delete(PathOf(i));
    }

    public void Dispose()
    {
        for (var i = 0; i < files.Length; i++)
        {
            files[i]?.Dispose();
            files[i] = null;
        }
    }

    private void Begin()
    {
        var file = files[turn % 2] ??= File.OpenHandle(PathOf((int)(turn % 2)), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        var header = new byte[HeaderBytes];
        BootId.CopyTo(header, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(BootIdBytes), turn);
        RandomAccess.SetLength(file, 0);
        RandomAccess.Write(file, header, 0);
        end = HeaderBytes;
    }

    private string PathOf(int index) => $"{path}{index}";
}
