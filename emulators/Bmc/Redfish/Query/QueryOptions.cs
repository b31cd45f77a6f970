using System.Globalization;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>Which links $expand follows (DSP0266 §7.3.1): those outside Links, those in Links, or both.</summary>
[Flags]
internal enum ExpandLinks { None = 0, Subordinate = 1, Related = 2, All = 3 }

/// <summary>The query parameters of DSP0266 §7.3 in one request.</summary>
internal sealed record QueryOptions
{
    internal const int LevelsMax = 6;
    private const string ExpandName = "$expand";
    private const string SelectName = "$select";
    private const string FilterName = "$filter";
    private const string TopName = "$top";
    private const string SkipName = "$skip";
    private const string OnlyName = "only";

    internal ExpandLinks Expand { get; private init; }
    internal int Levels { get; private init; }

    /// <summary>Paths of properties, as in "Status/Health"; null is all.</summary>
    internal IReadOnlyList<string>? Select { get; private init; }
    internal FilterExpression? Filter { get; private init; }
    internal int? Top { get; private init; }
    internal int Skip { get; private init; }
    internal bool Only { get; private init; }

    internal bool IsForCollections => Filter is not null || Top is not null || Skip > 0 || Only;

    /// <summary>Null when the request has none.</summary>
    /// <exception cref="RedfishException">400 or 501: a wrong or unknown one.</exception>
    internal static QueryOptions? Read(IQueryCollection query)
    {
        if (query.Count == 0)
            return null;
        var options = new QueryOptions();
        var isEmpty = true;
        foreach (var (name, values) in query)
        {
            if (name[..Math.Min(1, name.Length)] != "$" && name != OnlyName)
                continue;
            isEmpty = false;
            options = options.With(name, values.ToString());
        }
        if (options.Only && (options.Expand != ExpandLinks.None || options.Filter is not null || options.Top is not null || options.Skip > 0))
            throw Error(BaseMessages.QueryCombinationInvalid);
        return isEmpty ? null : options;
    }

    private QueryOptions With(string name, string value) => name switch
    {
        OnlyName => this with { Only = true },
        TopName => this with { Top = Count(name, value) },
        SkipName => this with { Skip = Count(name, value) },
        SelectName => this with { Select = Names(value) },
        FilterName => this with { Filter = FilterParser.TryParse(value, out var filter) ? filter : throw Malformed(name, value) },
        ExpandName => WithExpand(value),
        _ => throw new RedfishException(StatusCodes.Status501NotImplemented, BaseMessages.QueryNotSupported),
    };

    // "." or "*" or "~", then perhaps "($levels=2)".
    private QueryOptions WithExpand(string value)
    {
        const string LevelsStart = "($levels=";
        var links = value.Length == 0 ? ExpandLinks.None : value[0] switch
        {
            '.' => ExpandLinks.Subordinate,
            '~' => ExpandLinks.Related,
            '*' => ExpandLinks.All,
            _ => ExpandLinks.None,
        };
        if (links == ExpandLinks.None)
            throw Malformed(ExpandName, value);
        var rest = value[1..];
        if (rest.Length == 0)
            return this with { Expand = links, Levels = 1 };
        if (!rest.StartsWith(LevelsStart, StringComparison.Ordinal) || rest[^1] != ')'
            || !int.TryParse(rest[LevelsStart.Length..^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var levels))
            throw Malformed(ExpandName, value);
        return levels is >= 1 and <= LevelsMax
            ? this with { Expand = links, Levels = levels }
            : throw Error(BaseMessages.QueryParameterOutOfRange(levels.ToString(CultureInfo.InvariantCulture), ExpandName, $"1-{LevelsMax}"));
    }

    private static int Count(string name, string value)
    {
        if (!int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count))
            throw Error(BaseMessages.QueryParameterValueTypeError(value, name));
        return count >= 0 ? count : throw Error(BaseMessages.QueryParameterOutOfRange(value, name, $"0-{int.MaxValue}"));
    }

    private static string[] Names(string value)
    {
        var names = value.Split(',', StringSplitOptions.TrimEntries);
        return names.Any(name => name.Length == 0) ? throw Malformed(SelectName, value) : names;
    }

    private static RedfishException Malformed(string name, string value) => Error(BaseMessages.QueryParameterValueFormatError(value, name));

    private static RedfishException Error(RedfishMessage message) => new(StatusCodes.Status400BadRequest, message);
}
