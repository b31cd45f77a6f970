namespace Lab.Reports.Trends;

/// <summary>From this night on the series is of another environment, or of another suite: it is set against nights of that one only.</summary>
/// <param name="Changes">What differs from the night before, as "field: before → after"; empty where it is not known.</param>
public sealed record BaselineReset(DateOnly Night, IReadOnlyList<string> Changes);
