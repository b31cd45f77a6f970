using System.Text.Json.Serialization;
using Lab.Emulators.Faults;

namespace Lab.Emulators.Storage.Faults;

/// <summary>What a fault does to the requests it is for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FaultKind>))]
public enum FaultKind
{
    /// <summary>Done late, by a draw of <see cref="FaultRule.Distribution"/>.</summary>
    [JsonStringEnumMemberName("latency")]
    Latency,

    /// <summary>No more than <see cref="FaultRule.BytesPerSecond"/> of all requests it is for together.</summary>
    [JsonStringEnumMemberName("bandwidth")]
    Bandwidth,

    /// <summary>Fails with an I/O error, and does nothing.</summary>
    [JsonStringEnumMemberName("error")]
    Error,

    /// <summary>Of a write only the first half of its sectors is kept, and all is acknowledged.</summary>
    [JsonStringEnumMemberName("torn_write")]
    TornWrite,

    /// <summary>Held for <see cref="FaultRule.StallSeconds"/>.</summary>
    [JsonStringEnumMemberName("stall")]
    Stall,

    /// <summary>Ends the connections of the volume's exports; the request is not done.</summary>
    [JsonStringEnumMemberName("disconnect")]
    Disconnect,

    /// <summary>Writes stay in memory, and flushes are acknowledged all the same: a crash loses them.</summary>
    [JsonStringEnumMemberName("lost_flush")]
    LostFlush,

    /// <summary>
    /// Of a data PDU that a read over NVMe/TCP is answered with, one bit is another than when its digest was made: the host's check of the
    /// digest has to find it. Where no such digest was agreed on it does nothing, unless it is <see cref="FaultRule.Silent"/>.
    /// </summary>
    [JsonStringEnumMemberName("corrupted_pdu")]
    CorruptedPdu,
}

/// <summary>Of a data PDU, what is wrong in it and which digest covers that.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PduPart>))]
public enum PduPart
{
    [JsonStringEnumMemberName("data")]
    Data,

    /// <summary>Behind the common header, whose fields hosts look at before they look at digests.</summary>
    [JsonStringEnumMemberName("header")]
    Header,
}

[JsonConverter(typeof(JsonStringEnumConverter<FaultOperation>))]
public enum FaultOperation
{
    [JsonStringEnumMemberName("read")]
    Read,

    /// <summary>Of data or of zeroes, and trims.</summary>
    [JsonStringEnumMemberName("write")]
    Write,

    [JsonStringEnumMemberName("flush")]
    Flush,
}

[JsonConverter(typeof(JsonStringEnumConverter<LatencyDistribution>))]
public enum LatencyDistribution
{
    /// <summary>Evenly within LatencyMs ± JitterMs.</summary>
    [JsonStringEnumMemberName("uniform")]
    Uniform,

    /// <summary>LatencyMs, and an exponential tail with mean JitterMs.</summary>
    [JsonStringEnumMemberName("exponential")]
    Exponential,
}

/// <summary>One fault: which requests, what it does to them, and until when.</summary>
public sealed record FaultRule : FaultBounds
{
    private const double LatencyMsMax = 60_000;
    private const double StallSecondsMax = 600;

    public required FaultKind Kind { get; init; }

    /// <summary>The volume; null is every volume.</summary>
    public Guid? Volume { get; init; }

    /// <summary>Null is every operation.</summary>
    public FaultOperation? Operation { get; init; }

    /// <summary>First byte of the range it is for; requests that touch the range are hit. Flushes have no place.</summary>
    public long From { get; init; }

    /// <summary>First byte behind the range; null is the volume's end.</summary>
    public long? To { get; init; }
    public double LatencyMs { get; init; }
    public double JitterMs { get; init; }
    public LatencyDistribution Distribution { get; init; }
    public long? BytesPerSecond { get; init; }
    public double StallSeconds { get; init; }

    /// <summary>Of a corrupted PDU; null is its data.</summary>
    public PduPart? Part { get; init; }

    /// <summary>A PDU is corrupted even if the host has no digest to find it by.</summary>
    public bool Silent { get; init; }

    /// <exception cref="InvalidDataException">It says something that cannot be.</exception>
    public void Check()
    {
        CheckBounds();
        if (From < 0 || To <= From)
            throw new InvalidDataException("a range is from 0 on and has at least one byte");
        if (LatencyMs is not (>= 0 and <= LatencyMsMax) || JitterMs is not (>= 0 and <= LatencyMsMax))
            throw new InvalidDataException($"latency and jitter are 0 to {LatencyMsMax} ms");
        if (Kind == FaultKind.Bandwidth != BytesPerSecond is not null || BytesPerSecond < 1)
            throw new InvalidDataException("bytes per second, at least 1, belong to bandwidth, and bandwidth needs them");
        if (Kind == FaultKind.Stall && StallSeconds is not (> 0 and <= StallSecondsMax))
            throw new InvalidDataException($"a stall is longer than 0 s and at most {StallSecondsMax} s");
        if (Kind is FaultKind.TornWrite or FaultKind.LostFlush && Operation is not null)
            throw new InvalidDataException("torn writes and lost flushes are of writes and flushes by themselves: no operation");
        if (Kind == FaultKind.CorruptedPdu ? Operation is not (null or FaultOperation.Read) : Part is not null || Silent)
            throw new InvalidDataException("a corrupted PDU is one of a read, and part and silent are for it alone");
    }

    internal bool IsFor(Guid volume, FaultOperation operation, long offset, long length) =>
        (Volume is null || Volume == volume)
        && (Operation is null || Operation == operation)
        && (Kind != FaultKind.TornWrite || operation == FaultOperation.Write)
        && (operation == FaultOperation.Flush || (offset < (To ?? long.MaxValue) && offset + length > From));
}
