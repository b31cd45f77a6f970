using System.Globalization;
using System.Text;
using Lab.Contracts.Runs;

namespace Lab.Reports.Outputs;

/// <summary>
/// Every sample of a run as comma-separated values (RFC 4180: header, CRLF, quotes doubled). A text that a spreadsheet would take
/// for a formula gets an apostrophe before it (OWASP, "CSV Injection"); numbers are written as they are, shortest that reads back.
/// </summary>
public static class CsvOutput
{
    private static readonly (string Name, Func<SampleRow, object?> Value)[] Columns =
    [
        ("run", row => row.Run),
        ("metric", row => row.Metric),
        ("unit", row => row.Unit),
        ("better", row => row.Better),
        ("role", row => row.Role),
        ("scenario", row => row.Scenario),
        ("dimensions", row => row.Dimensions),
        ("attributes", row => row.Attributes),
        ("value", row => row.Value),
        ("outcome", row => row.Outcome),
        ("t", row => row.T),
        ("stolen_cores", row => row.StolenCores),
        ("other_cores", row => row.OtherCores),
        ("frequency_hz", row => row.FrequencyHz),
        ("clock_error_s", row => row.ClockErrorS),
    ];

    public static string Render(RunRecord record)
    {
        var text = new StringBuilder();
        text.AppendJoin(',', Columns.Select(column => column.Name)).Append("\r\n");
        foreach (var row in SampleRow.Of(record))
            text.AppendJoin(',', Columns.Select(column => Field(column.Value(row)))).Append("\r\n");
        return text.ToString();
    }

    private static string Field(object? value) => value switch
    {
        null => "",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        _ => Text((string)value),
    };

    private static string Text(string value)
    {
        if (value.Length > 0 && value[0] is ('=' or '+' or '-' or '@' or '\t' or '\r' or '\n'))
            value = "'" + value;
        return value.AsSpan().ContainsAny("\",\r\n") ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
    }
}
