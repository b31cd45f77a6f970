using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Emulators.Statistics;
using Lab.Harness.Measuring;

namespace Lab.Harness.Tests.Measuring;

/// <summary>What the emulators tell, as the harness takes it.</summary>
public sealed class StageReadingTests
{
    private readonly Dictionary<string, LatencyHistogram> dpu = new[] { "guest_queue", "vhost", "remote", "complete", "total" }.ToDictionary(name => name, _ => New());
    private readonly LatencyHistogram target = New();
    private readonly LatencyHistogram store = New();

    [Fact]
    public void Times_AreOfWhatWasBetweenTwoReadings_AndAddUpToWhatTheGuestSaw()
    {
        Count(queue: 900, remote: 900_000, target: 800_000, store: 700_000);
        var before = Read();
        for (var i = 1; i <= 100; i++)
            Count(queue: i, remote: 40_000, target: 10_000, store: 4_000);
        var times = Read().Since(before).Times(guestSeconds: 90e-6).ToDictionary(time => time.Stage);
        Assert.Equal(
            ["guest", "guest_queue", "vhost", "wire", "target", "store", "remote", "served", "complete", "dpu"], times.Keys);
        Assert.Equal(90e-6, times.Values.Sum(time => time.Mean ?? 0), 12);
        Assert.Equal(50.5e-9, times["guest_queue"].Mean!.Value, 12);
        Assert.Equal(50e-9, times["guest_queue"].Median!.Value, 1e-9);
        Assert.Equal(99e-9, times["guest_queue"].P99!.Value, 2e-9);
        Assert.Equal(30e-6, times["wire"].Mean!.Value, 12);
        Assert.Null(times["wire"].Median);
        Assert.Equal(6e-6, times["target"].Mean!.Value, 12);
        Assert.Equal(4e-6, times["store"].Mean!.Value, 12);
        Assert.Equal(4e-6, times["store"].Median!.Value, 4e-6 / 32);
        // Together they are counted already.
        Assert.All(["remote", "served", "dpu"], span => Assert.Null(times[span].Mean));
        Assert.Equal(40e-6, times["remote"].P99!.Value, 40e-6 / 32);
    }

    [Fact]
    public void Guest_ThatSawLessThanTheDpu_HasNoShare()
    {
        Count(queue: 10, remote: 40_000, target: 10_000, store: 4_000);
        Assert.Equal(0, Read().Times(guestSeconds: 1e-6)[0].Mean);
    }

    [Fact]
    public void Reading_OfAVolumeWithoutRequests_IsOfNone()
    {
        var reading = StageReading.Parse(Element(new JsonObject { ["sampling"] = 61, ["stages"] = new JsonObject(), ["total"] = null }), Target());
        Assert.Equal(0, reading.Total.Count);
        Count(queue: 10, remote: 40_000, target: 10_000, store: 4_000);
        Assert.Equal(1, Read().Since(reading).Total.Count);
    }

    private void Count(long queue, long remote, long target, long store)
    {
        foreach (var (stage, ticks) in new[] { ("guest_queue", queue), ("vhost", 100L), ("remote", remote), ("complete", 200L), ("total", queue + 300 + remote) })
            dpu[stage].Record(ticks);
        this.target.Record(target);
        this.store.Record(store);
    }

    private StageReading Read() => StageReading.Parse(
        Element(new JsonObject
        {
            ["stages"] = new JsonObject(dpu.Where(stage => stage.Key != "total").Select(stage => KeyValuePair.Create(stage.Key, (JsonNode?)stage.Value.ToJson()))),
            ["total"] = dpu["total"].ToJson(),
        }),
        Target());

    private JsonElement Target() => Element(new JsonObject { ["target"] = target.ToJson(), ["store"] = store.ToJson() });

    private static JsonElement Element(JsonObject json) => JsonSerializer.Deserialize<JsonElement>(json.ToJsonString());

    private static LatencyHistogram New() => new(1_000_000_000, bucketShift: 5);
}
