namespace Lab.Emulators.Dpu.DataPath.Statistics;

/// <summary>A device that knows where a request's time goes.</summary>
internal interface IStagedDevice
{
    /// <summary>Null while nothing is recorded.</summary>
    RequestStages? Stages { get; }

    void RecordStages(bool isEnabled);
}

/// <summary>
/// Where the time of a device's requests goes, of one in <see cref="Sampling"/>: until a command is made (limits of the queue, overlapping
/// writes, no path), until the socket has taken it, until the target has answered, until the request is complete.
/// </summary>
internal sealed class RequestStages(TimeProvider time)
{
    /// <summary>A power of two. Four readings of the clock are a tenth of a microsecond, of a request of ten and more.</summary>
    public const uint Sampling = 16;

    public LatencyHistogram Queue { get; } = new(time.TimestampFrequency);

    public LatencyHistogram Send { get; } = new(time.TimestampFrequency);

    public LatencyHistogram Target { get; } = new(time.TimestampFrequency);

    public LatencyHistogram Complete { get; } = new(time.TimestampFrequency);

    public static bool IsSampled(ulong sequence) => (sequence & (Sampling - 1)) == 0;

    public long Now() => time.GetTimestamp();
}
