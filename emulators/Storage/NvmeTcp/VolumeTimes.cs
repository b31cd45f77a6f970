using System.Text.Json.Nodes;
using Lab.Emulators.Statistics;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>How long hosts' commands take here, of one volume and one in <see cref="CommandTimer.Every"/> of its commands.</summary>
internal sealed class VolumeTimes(TimeProvider time)
{
    private const int BucketShift = 5;

    private readonly LatencyHistogram target = new(time.TimestampFrequency, BucketShift);
    private readonly LatencyHistogram store = new(time.TimestampFrequency, BucketShift);

    public long Now() => time.GetTimestamp();

    public void Record(long targetTicks, long storeTicks)
    {
        target.Record(targetTicks);
        store.Record(storeTicks);
    }

    /// <returns>
    /// "target": from when a command and its data are there until its answer is made, the sending of which is the wire's. "store": that part
    /// of it in which the volume was read or written.
    /// </returns>
    public JsonObject ToJson() => new() { ["sampling"] = CommandTimer.Every, ["target"] = target.ToJson(), ["store"] = store.ToJson() };
}
