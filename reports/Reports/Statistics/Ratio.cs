namespace Lab.Reports.Statistics;

/// <summary>One series over another, with the range it may as well have been.</summary>
public sealed record Ratio(double Value, double Low, double High)
{
    public bool IsFinite => double.IsFinite(Value) && double.IsFinite(Low) && double.IsFinite(High);
}
