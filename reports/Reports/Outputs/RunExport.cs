using System.Text;
using Lab.Contracts.Runs;

namespace Lab.Reports.Outputs;

/// <summary>A run in the words of other programs.</summary>
public static class RunExport
{
    private static readonly Dictionary<string, Func<RunRecord, CancellationToken, Task<byte[]>>> Renderers = new(StringComparer.Ordinal)
    {
        ["junit"] = Text(record => JUnitOutput.Render(RunSummary.Of(record))),
        ["ctrf"] = Text(record => CtrfOutput.Render(RunSummary.Of(record))),
        ["csv"] = Text(CsvOutput.Render),
        ["parquet"] = ParquetOutput.RenderAsync,
        ["openmetrics"] = Text(record => OpenMetricsOutput.Render(RunSummary.Of(record))),
        ["markdown"] = Text(record => MarkdownOutput.Render(RunSummary.Of(record))),
    };

    /// <summary>What <see cref="RenderAsync"/> takes.</summary>
    public static IReadOnlyCollection<string> Formats => Renderers.Keys;

    /// <summary>Whether a format is bytes that no terminal should see.</summary>
    public static bool IsBinary(string format) => format == "parquet";

    /// <exception cref="ArgumentException">The format is none of <see cref="Formats"/>.</exception>
    public static Task<byte[]> RenderAsync(RunRecord record, string format, CancellationToken cancel) =>
        Renderers.TryGetValue(format, out var render)
            ? render(record, cancel)
            : throw new ArgumentException($"no format '{format}'; there are {string.Join(", ", Formats)}", nameof(format));

    private static Func<RunRecord, CancellationToken, Task<byte[]>> Text(Func<RunRecord, string> render) =>
        (record, _) => Task.FromResult(Encoding.UTF8.GetBytes(render(record)));
}
