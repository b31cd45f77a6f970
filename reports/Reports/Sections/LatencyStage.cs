using System.Globalization;
using System.Text.Json.Serialization;
using Lab.Contracts.Runs;
using Lab.Reports.Metrics;

namespace Lab.Reports.Sections;

/// <summary>A stage of a disk's request.</summary>
/// <param name="Mean">Null for what is several stages together, and for which <paramref name="Share"/> therefore is null too.</param>
/// <param name="Median">Null where the stage's times are not known one by one, because it is what two others leave between them.</param>
/// <param name="Share">Of the whole.</param>
public sealed record LatencyStage(
    string Name,
    [property: JsonIgnore] MetricReport? Mean,
    [property: JsonIgnore] MetricReport? Median,
    [property: JsonIgnore] MetricReport? P99,
    double? Share)
{
    private static readonly (string Name, string Title, string What)[] Known =
    [
        (MetricNames.Stages.Guest, "guest", "the guest's own layers, its kick until the DPU notices it, and the interrupt back: what fio saw less what the DPU saw"),
        (MetricNames.Stages.GuestQueue, "guest queue", "seen in the ring, waiting for its turn"),
        (MetricNames.Stages.Vhost, "vhost", "descriptors taken apart and checked"),
        (MetricNames.Stages.Qos, "QoS", "waiting for the volume's limits"),
        (MetricNames.Stages.Queue, "NVMe queue", "waiting for room in the queue, command made"),
        (MetricNames.Stages.Send, "send", "until the socket has taken it"),
        (MetricNames.Stages.Wire, "wire", "both ways, with the sockets of both sides: what the DPU waited less what the target took"),
        (MetricNames.Stages.Target, "target", "command taken, answer made, without the store"),
        (MetricNames.Stages.Store, "store", "the volume's bytes"),
        (MetricNames.Stages.Complete, "completion", "answer read, used ring written"),
        (MetricNames.Stages.Remote, "wire, target and store", "from when the socket has taken it until the answer is read"),
        (MetricNames.Stages.Served, "target and store", "as the target saw it"),
        (MetricNames.Stages.Dpu, "all that the DPU saw", "from the guest queue to the completion"),
    ];

    [JsonIgnore]
    public string Title => Array.Find(Known, stage => stage.Name == Name).Title ?? Name;

    /// <summary>What happens there; empty for a stage that is not known.</summary>
    [JsonIgnore]
    public string What => Array.Find(Known, stage => stage.Name == Name).What ?? "";

    [JsonPropertyName("mean")]
    public double? Seconds => Mean?.Subject.Median;

    [JsonPropertyName("median")]
    public double? MedianSeconds => Median?.Subject.Median;

    [JsonPropertyName("p99")]
    public double? P99Seconds => P99?.Subject.Median;

    [JsonIgnore]
    public string ShareText => Share is { } share ? string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %") : "–";

    /// <summary>In the order of a request's way; what is not known comes behind.</summary>
    internal static int OrderOf(string name) => Array.FindIndex(Known, stage => stage.Name == name) is var at and >= 0 ? at : Known.Length;
}
