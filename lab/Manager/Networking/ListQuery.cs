using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Manager.Http;

namespace Lab.Manager.Networking;

/// <summary>
/// Filters, fields and pages of a list (Networking API v2.0, "Filtering and Column Selection", "Pagination"): every attribute may be
/// asked for by its value; several values of one are alternatives.
/// </summary>
internal static class ListQuery
{
    private const int LimitMax = 10_000;
    private static readonly string[] Controls = ["fields", "limit", "marker", "sort_key", "sort_dir", "page_reverse"];

    /// <param name="attributes">Attributes that may be filtered by, whether or not an item shows them.</param>
    /// <exception cref="ApiException">400: no such attribute, or a page that is none.</exception>
    public static JsonArray Apply(IEnumerable<JsonObject> items, IQueryCollection query, IReadOnlySet<string> attributes)
    {
        foreach (var (name, values) in query)
        {
            if (Controls.Contains(name))
                continue;
            if (!attributes.Contains(name))
                throw ApiException.BadRequest($"Invalid input for operation: '{name}' is not a filter.", "InvalidInput");
            items = items.Where(item => values.Any(value => Matches(item[name], value ?? "")));
        }
        return new JsonArray([.. Page(items, query).Select(item => (JsonNode)Select(item, query))]);
    }

    /// <returns>The attributes that <c>fields</c> names; all when it names none.</returns>
    public static JsonObject Select(JsonObject item, IQueryCollection query)
    {
        var fields = query["fields"].OfType<string>().Where(f => f.Length > 0).ToHashSet(StringComparer.Ordinal);
        if (fields.Count == 0)
            return item;
        foreach (var name in item.Select(member => member.Key).Where(key => !fields.Contains(key)).ToList())
            item.Remove(name);
        return item;
    }

    private static IEnumerable<JsonObject> Page(IEnumerable<JsonObject> items, IQueryCollection query)
    {
        if (query["marker"].FirstOrDefault() is { Length: > 0 } marker)
            items = items.SkipWhile(item => item["id"]!.GetValue<string>() != marker).Skip(1);
        if (query["limit"].FirstOrDefault() is { Length: > 0 } limit)
        {
            if (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > LimitMax)
                throw ApiException.BadRequest($"Invalid input for operation: limit must be a number up to {LimitMax}.", "InvalidInput");
            items = items.Take(count);
        }
        return items;
    }

    private static bool Matches(JsonNode? attribute, string value) => attribute switch
    {
        null => value.Length == 0,
        // fixed_ips=ip_address=10.0.0.5 asks for an item that has such a member.
        JsonArray list => list.Any(item => item is JsonObject o
            ? value.Split('=', 2) is [var key, var wanted] && o[key]?.ToString() == wanted
            : item?.ToString() == value),
        JsonValue scalar when scalar.GetValueKind() is JsonValueKind.True or JsonValueKind.False =>
            string.Equals(scalar.ToString(), value, StringComparison.OrdinalIgnoreCase) || value == (scalar.GetValue<bool>() ? "1" : "0"),
        _ => attribute.ToString() == value,
    };
}
