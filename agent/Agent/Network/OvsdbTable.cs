using System.Text.Json;

namespace Lab.Agent.Network;

/// <summary>A table as <c>ovs-vsctl --format=json</c> prints it (RFC 7047 §5.1 notation).</summary>
internal sealed class OvsdbTable
{
    private readonly Dictionary<string, int> columns = new(StringComparer.Ordinal);
    private readonly JsonElement rows;

    private OvsdbTable(JsonElement table)
    {
        foreach (var heading in table.GetProperty("headings").EnumerateArray())
            columns[heading.GetString()!] = columns.Count;
        rows = table.GetProperty("data");
    }

    /// <summary>One table per line of the output.</summary>
    public static IReadOnlyList<OvsdbTable> ParseAll(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => new OvsdbTable(JsonDocument.Parse(line).RootElement.Clone()))];

    public IEnumerable<Row> Rows => rows.EnumerateArray().Select(r => new Row(this, r));

    internal readonly struct Row(OvsdbTable table, JsonElement row)
    {
        private JsonElement this[string column] => row[table.columns[column]];

        public string Text(string column) => this[column] is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";

        public bool IsSet(string column) => this[column].ValueKind != JsonValueKind.Array;

        public int? Number(string column) => this[column] is { ValueKind: JsonValueKind.Number } value ? value.GetInt32() : null;

        public string Uuid(string column) => this[column][1].GetString()!;

        /// <summary>A set of uuids; a set of one is written without the set.</summary>
        public IEnumerable<string> Uuids(string column)
        {
            var value = this[column];
            if (value[0].GetString() == "uuid")
                return [value[1].GetString()!];
            return [.. value[1].EnumerateArray().Select(v => v[1].GetString()!)];
        }

        public IReadOnlyDictionary<string, string> Map(string column) =>
            this[column][1].EnumerateArray().ToDictionary(p => p[0].GetString()!, p => p[1].ToString(), StringComparer.Ordinal);
    }
}
