using System.Globalization;

namespace Lab.Reports.Trends;

/// <summary>What an event is called on a terminal and in a page.</summary>
public static class TrendText
{
    private const int CommitLength = 12;

    /// <summary>"+8.1 %"; "from 0" where there is no ratio.</summary>
    public static string Percent(double? effect) => effect is not { } value
        ? "from 0"
        : (value < 0 ? "−" : "+") + Quantity.Digits(Math.Abs(100 * value)) + " %";

    public static string Effect(TrendEvent change) => change.After is null ? "failed" : Percent(change.Effect);

    public static string Commit(string? commit) => commit is null ? "unknown" : commit[..Math.Min(CommitLength, commit.Length)];

    /// <summary>"abc…def", for git log; the one commit where both are the same.</summary>
    public static string Commits(TrendEvent change) => (change.CommitBefore, change.CommitAfter) switch
    {
        (null, null) => "commits unknown",
        var (before, after) when before == after => $"same commit {Commit(after)}",
        var (before, after) => $"{Commit(before)}..{Commit(after)}",
    };

    public static string Kind(TrendEventKind kind) => kind == TrendEventKind.ChangePoint ? "change point" : "alarm";

    public static string State(TrendEvent change) => change.State switch
    {
        TrendState.Explained => "explained: " + change.Explanation,
        TrendState.Recovered => "recovered",
        _ => "stands",
    };

    public static string Direction(TrendDirection direction) => direction.ToString().ToLowerInvariant();

    public static string Night(DateOnly night) => night.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
