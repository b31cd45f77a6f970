using System.Text.Json.Nodes;
using Lab.Emulators.Statistics;

namespace Lab.Emulators.Dpu.DataPath.Statistics;

/// <summary>What a request goes through, in this order. All of it together is the request's time, from when it was seen to when it was told.</summary>
internal enum RequestStage
{
    /// <summary>
    /// From when the queue saw the driver's entry until it is its turn. What comes before cannot be seen from here: the guest's own block
    /// layer, its kick, and the wait for a reactor that is busy with others.
    /// </summary>
    GuestQueue,

    /// <summary>Taking the descriptors apart and checking them.</summary>
    Vhost,

    /// <summary>Wait for the bdev's limits.</summary>
    Qos,

    /// <summary>Until a command is made: limits of the NVMe queue, overlapping writes, no path.</summary>
    Queue,

    /// <summary>Until the socket has taken it: the wait for the end of the batch, and sendmsg(2). Of a write all its data, and so the wait for R2T.</summary>
    Send,

    /// <summary>Until the answer is read: the wire both ways, and the target. Of a device without a target, the device.</summary>
    Remote,

    /// <summary>Until the entry is in the used ring. The call for all that a reactor's step has done follows, and its way into the guest cannot be seen from here.</summary>
    Complete,
}

/// <summary>Something whose requests are looked at stage by stage.</summary>
internal interface IStagedDevice
{
    RequestStages Stages { get; }
}

/// <summary>Where the time of a device's requests goes, of one in <see cref="StageSampler.Every"/>.</summary>
internal sealed class RequestStages(TimeProvider time)
{
    /// <summary>Within 1/32; a histogram of all stages of a device takes little memory so.</summary>
    private const int BucketShift = 5;

    private const int Count = (int)RequestStage.Complete + 1;

    // Made when they are needed: most bdevs of a card never see a request.
    private readonly LatencyHistogram?[] histograms = new LatencyHistogram?[Count + 1];

    public long Now() => time.GetTimestamp();

    public void Record(RequestStage stage, long ticks) => At((int)stage).Record(ticks);

    public void RecordTotal(long ticks) => At(Count).Record(ticks);

    /// <returns>"stages" with a histogram for each that requests went through, and "total".</returns>
    public JsonObject ToJson()
    {
        var stages = new JsonObject();
        for (var i = 0; i < Count; i++)
            if (Volatile.Read(ref histograms[i]) is { } histogram)
                stages[NameOf((RequestStage)i)] = histogram.ToJson();
        return new JsonObject
        {
            ["sampling"] = StageSampler.Every,
            ["stages"] = stages,
            ["total"] = Volatile.Read(ref histograms[Count])?.ToJson(),
        };
    }

    public static string NameOf(RequestStage stage) => stage switch
    {
        RequestStage.GuestQueue => "guest_queue",
        RequestStage.Vhost => "vhost",
        RequestStage.Qos => "qos",
        RequestStage.Queue => "queue",
        RequestStage.Send => "send",
        RequestStage.Remote => "remote",
        _ => "complete",
    };

    private LatencyHistogram At(int index) =>
        Volatile.Read(ref histograms[index])
        ?? Interlocked.CompareExchange(ref histograms[index], new LatencyHistogram(time.TimestampFrequency, BucketShift), null)
        ?? histograms[index]!;
}
