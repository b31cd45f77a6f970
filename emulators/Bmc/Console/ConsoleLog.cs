using System.IO.MemoryMappedFiles;

namespace Lab.Emulators.Bmc.Console;

/// <summary>
/// The last <see cref="Capacity"/> bytes of the serial console, addressed by their offset since the BMC was new. In a mapped file,
/// so that a killed BMC loses nothing.
/// </summary>
public sealed class ConsoleLog : IDisposable
{
    /// <summary>Bytes.</summary>
    public const int Capacity = 1024 * 1024;

    private const int EndField = 0;
    private const int StartField = 8;
    private const int HeaderBytes = 16;

    private readonly Lock gate = new();
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;
    private volatile TaskCompletionSource changed = NewSource();
    private long end;
    private long cleared;

    /// <param name="path">Null keeps nothing over a restart.</param>
    public ConsoleLog(string? path)
    {
        file = path is null
            ? MemoryMappedFile.CreateNew(null, HeaderBytes + Capacity)
            : MemoryMappedFile.CreateFromFile(Open(path), null, HeaderBytes + Capacity, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        view = file.CreateViewAccessor(0, HeaderBytes + Capacity);
        end = view.ReadInt64(EndField);
        cleared = view.ReadInt64(StartField);
    }

    /// <summary>Offset of the next byte.</summary>
    public long End
    {
        get
        {
            lock (gate)
                return end;
        }
    }

    /// <summary>Offset of the oldest byte held.</summary>
    public long Start
    {
        get
        {
            lock (gate)
                return StartUnsafe;
        }
    }

    private long StartUnsafe => Math.Max(cleared, end - Capacity);

    /// <summary>Completes when bytes after this moment come; take it before reading, so that none is missed.</summary>
    public Task Changed => changed.Task;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            for (var rest = bytes; !rest.IsEmpty;)
            {
                var at = (int)(end % Capacity);
                var part = rest[..Math.Min(rest.Length, Capacity - at)];
                view.SafeMemoryMappedViewHandle.WriteSpan((ulong)(HeaderBytes + at), part);
                end += part.Length;
                rest = rest[part.Length..];
            }
            view.Write(EndField, end);
        }
        Interlocked.Exchange(ref changed!, NewSource()).TrySetResult();
    }

    /// <summary>
    /// Copies what is held from <paramref name="offset"/> on. An offset before the oldest byte is moved up to it; one past the end
    /// reads nothing.
    /// </summary>
    /// <returns>Offset of the first byte copied, and how many were.</returns>
    public (long Offset, int Count) Read(long offset, Span<byte> into)
    {
        lock (gate)
        {
            var from = Math.Clamp(offset, StartUnsafe, end);
            var count = (int)Math.Min(into.Length, end - from);
            for (var copied = 0; copied < count;)
            {
                var at = (int)((from + copied) % Capacity);
                var part = Math.Min(count - copied, Capacity - at);
                view.SafeMemoryMappedViewHandle.ReadSpan((ulong)(HeaderBytes + at), into.Slice(copied, part));
                copied += part;
            }
            return (from, count);
        }
    }

    /// <summary>Forgets what is held; offsets go on.</summary>
    public void Clear()
    {
        lock (gate)
        {
            cleared = end;
            view.Write(StartField, cleared);
        }
    }

    public void Dispose()
    {
        view.Dispose();
        file.Dispose();
    }

    private static FileStream Open(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.OpenOrCreate,
        Access = FileAccess.ReadWrite,
        Share = FileShare.Read,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
