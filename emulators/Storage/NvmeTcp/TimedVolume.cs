using Lab.Emulators.Storage.Store;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>A volume whose share of the commands that are timed is timed; for all others it is the volume.</summary>
internal sealed class TimedVolume(IBlockVolume volume) : IBlockVolume
{
    public Guid Id => volume.Id;

    public long SizeBytes => volume.SizeBytes;

    public bool AnswersAtOnce => volume.AnswersAtOnce;

    public bool TryRead(long offset, Span<byte> destination)
    {
        if (CommandSample.Current is not { } sample)
            return volume.TryRead(offset, destination);
        var entered = sample.EnterStore();
        try
        {
            return volume.TryRead(offset, destination);
        }
        finally
        {
            sample.LeaveStore(entered);
        }
    }

    public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken token) =>
        CommandSample.Current is { } sample
            ? TimeAsync(sample, sample.EnterStore(), volume.ReadAsync(offset, destination, token))
            : volume.ReadAsync(offset, destination, token);

    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> source, bool durable, CancellationToken token) =>
        CommandSample.Current is { } sample
            ? TimeAsync(sample, sample.EnterStore(), volume.WriteAsync(offset, source, durable, token))
            : volume.WriteAsync(offset, source, durable, token);

    public ValueTask WriteZeroesAsync(long offset, long length, ZeroMode mode, bool durable, CancellationToken token) =>
        CommandSample.Current is { } sample
            ? TimeAsync(sample, sample.EnterStore(), volume.WriteZeroesAsync(offset, length, mode, durable, token))
            : volume.WriteZeroesAsync(offset, length, mode, durable, token);

    public ValueTask TrimAsync(long offset, long length, bool durable, CancellationToken token) =>
        CommandSample.Current is { } sample
            ? TimeAsync(sample, sample.EnterStore(), volume.TrimAsync(offset, length, durable, token))
            : volume.TrimAsync(offset, length, durable, token);

    public ValueTask FlushAsync(CancellationToken token) =>
        CommandSample.Current is { } sample ? TimeAsync(sample, sample.EnterStore(), volume.FlushAsync(token)) : volume.FlushAsync(token);

    public VolumeExtent GetExtent(long offset, long lengthMax) => volume.GetExtent(offset, lengthMax);

    /// <param name="entered">Before <paramref name="call"/> was made. A call that throws instead leaves its command untold.</param>
    private static async ValueTask TimeAsync(CommandSample sample, long entered, ValueTask call)
    {
        try
        {
            await call;
        }
        finally
        {
            sample.LeaveStore(entered);
        }
    }
}
