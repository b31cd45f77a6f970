namespace Lab.Emulators.Storage.Store;

/// <summary>
/// A volume as fronts see it. Offsets and lengths are in bytes, of any alignment, and lie inside the volume
/// (<see cref="ArgumentOutOfRangeException"/> otherwise). Calls may run side by side; a call that overlaps another in time and place sees
/// either result. Failures are <see cref="StoreException"/>.
/// </summary>
public interface IBlockVolume
{
    Guid Id { get; }

    /// <summary>Grows when the volume is resized.</summary>
    long SizeBytes { get; }

    /// <summary>False while requests may be held back: none may then be answered without being made.</summary>
    bool AnswersAtOnce { get; }

    /// <summary>Reads if that needs no wait for the disk; else returns false and leaves <paramref name="destination"/> undefined.</summary>
    bool TryRead(long offset, Span<byte> destination);

    ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken token);

    /// <summary>Writes; when <paramref name="durable"/>, the data survives a crash once this completes.</summary>
    ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> source, bool durable, CancellationToken token);

    /// <summary>Makes a range read as zeroes.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.NotSupported"/>: <see cref="ZeroMode.AllocateFast"/> is not to be had.</exception>
    ValueTask WriteZeroesAsync(long offset, long length, ZeroMode mode, bool durable, CancellationToken token);

    /// <summary>Returns the space of the whole chunks in a range, which then read as zeroes; the rest of the range stays.</summary>
    ValueTask TrimAsync(long offset, long length, bool durable, CancellationToken token);

    /// <summary>Makes every write that completed before this call durable, whoever made it.</summary>
    ValueTask FlushAsync(CancellationToken token);

    /// <summary>How the bytes from <paramref name="offset"/> on are kept, and for how many of at most <paramref name="lengthMax"/> bytes.</summary>
    VolumeExtent GetExtent(long offset, long lengthMax);
}

/// <summary>What becomes of the space of a zeroed range.</summary>
public enum ZeroMode
{
    /// <summary>Returned to the pool.</summary>
    Release,

    /// <summary>Kept or taken, so that a later write finds space.</summary>
    Allocate,

    /// <summary>As <see cref="Allocate"/>, and refused when it would be as slow as a write.</summary>
    AllocateFast,
}

/// <summary>Bytes of a volume that are kept alike: with data in some layer, or nowhere and so zero.</summary>
public readonly record struct VolumeExtent(long Length, bool HasData);
