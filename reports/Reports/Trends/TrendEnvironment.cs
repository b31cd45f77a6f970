namespace Lab.Reports.Trends;

/// <summary>
/// What must stay the same for one night to be set against another: the environment's fingerprint and the suite's comparison key.
/// Nights of one environment make one line, also where nights of another lie between.
/// </summary>
/// <param name="Key">Alike for alike environments.</param>
/// <param name="Fields">What the key is made of, as far as it is known: kernel, packages, suite parameters.</param>
public sealed record TrendEnvironment(string Key, IReadOnlyDictionary<string, string> Fields)
{
    public static TrendEnvironment Unknown { get; } = new("", new Dictionary<string, string>());

    /// <summary>The fields that differ, as "field: before → after".</summary>
    public IReadOnlyList<string> ChangesTo(TrendEnvironment other) =>
        [.. Fields.Keys.Union(other.Fields.Keys).Order(StringComparer.Ordinal)
            .Select(field => (field, Before: Fields.GetValueOrDefault(field), After: other.Fields.GetValueOrDefault(field)))
            .Where(row => row.Before != row.After)
            .Select(row => $"{row.field}: {row.Before ?? "absent"} → {row.After ?? "absent"}")];

    public bool Equals(TrendEnvironment? other) => other is not null && Key == other.Key;

    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);
}
