using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lab.Contracts.Runs;

namespace Lab.Reports.Outputs;

/// <summary>
/// A sample as a row of a table: one column per fact, maps as JSON objects with their keys in ordinal order, times in UTC. The
/// names are those of the columns of CSV and Parquet, units last.
/// </summary>
public sealed class SampleRow
{
    [JsonPropertyName("run")]
    public string Run { get; set; } = "";

    [JsonPropertyName("metric")]
    public string Metric { get; set; } = "";

    [JsonPropertyName("unit")]
    public string Unit { get; set; } = "";

    [JsonPropertyName("better")]
    public string Better { get; set; } = "";

    [JsonPropertyName("role")]
    public string Role { get; set; } = "";

    [JsonPropertyName("scenario")]
    public string? Scenario { get; set; }

    [JsonPropertyName("dimensions")]
    public string Dimensions { get; set; } = "";

    [JsonPropertyName("attributes")]
    public string Attributes { get; set; } = "";

    [JsonPropertyName("value")]
    public double Value { get; set; }

    [JsonPropertyName("outcome")]
    public string Outcome { get; set; } = "";

    [JsonPropertyName("t")]
    public DateTime T { get; set; }

    [JsonPropertyName("stolen_cores")]
    public double? StolenCores { get; set; }

    [JsonPropertyName("other_cores")]
    public double? OtherCores { get; set; }

    [JsonPropertyName("frequency_hz")]
    public double? FrequencyHz { get; set; }

    [JsonPropertyName("clock_error_s")]
    public double? ClockErrorS { get; set; }

    public static IEnumerable<SampleRow> Of(RunRecord record) => record.Samples.Select(sample => new SampleRow
    {
        Run = record.Info.Id,
        Metric = sample.Metric,
        Unit = sample.Unit,
        Better = Name(sample.Better),
        Role = Name(sample.Role),
        Scenario = sample.Scenario,
        Dimensions = Json(sample.Dimensions),
        Attributes = Json(sample.Attributes),
        Value = sample.Value,
        Outcome = Name(sample.Outcome),
        T = sample.T.UtcDateTime,
        StolenCores = sample.Conditions?.StolenCores,
        OtherCores = sample.Conditions?.OtherCores,
        FrequencyHz = sample.Conditions?.Frequency,
        ClockErrorS = sample.Conditions?.ClockError,
    });

    private static string Name<T>(T value) where T : struct, Enum => value.ToString().ToLower(CultureInfo.InvariantCulture);

    private static string Json(IReadOnlyDictionary<string, string> map) =>
        JsonSerializer.Serialize(new SortedDictionary<string, string>(map.ToDictionary(), StringComparer.Ordinal));
}
