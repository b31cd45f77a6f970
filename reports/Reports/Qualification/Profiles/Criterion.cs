namespace Lab.Reports.Qualification.Profiles;

/// <summary>What decides a requirement.</summary>
public abstract record Criterion
{
    /// <summary>The scenario passes in every session.</summary>
    public sealed record Passes(string Scenario) : Criterion;

    /// <summary>
    /// Every check that one of the globs names passes in every session, and so do the controls, which show that the probe works at all.
    /// Each glob has to name something.
    /// </summary>
    public sealed record Checks(string Scenario, IReadOnlyList<string> Names, IReadOnlyList<string> Controls) : Criterion;

    /// <summary>A measured series keeps a limit.</summary>
    /// <param name="Scenario">The scenario that measures it.</param>
    /// <param name="Samples">The least number of replicates: values of each session, or sessions.</param>
    /// <param name="Confidence">
    /// Null: the limit is held against the statistic itself. Else against its one-sided distribution-free confidence bound on the limit's side.
    /// </param>
    public sealed record Metric(
        string Scenario,
        string Name,
        IReadOnlyDictionary<string, string> Dimensions,
        Statistic Statistic,
        double? Confidence,
        Replicate Replicate,
        int Samples,
        Limit Limit) : Criterion;
}

/// <summary>What is repeated independently of each other, and so counts as one value.</summary>
public enum Replicate
{
    /// <summary>Values of a session. Sessions are judged one by one, the worst decides: pooled, they would feign independence.</summary>
    Iteration,

    /// <summary>One value a session, the median of what it measured.</summary>
    Session,
}

/// <param name="Quantile">Between 0 and 1; 0.5 is the median.</param>
public readonly record struct Statistic(double Quantile)
{
    public static Statistic Median { get; } = new(0.5);

    /// <summary>"median" or "p95".</summary>
    public string Name => Quantile == 0.5 ? "median" : FormattableString.Invariant($"p{Math.Round(100 * Quantile)}");
}

/// <param name="Unit">One of Units.All; null where the limit is a ratio to the baseline measured in the same session.</param>
public sealed record Limit(LimitSide Side, double Value, string? Unit)
{
    public bool IsRatio => Unit is null;

    /// <summary>Whether a value keeps it; a value that is not a number does not.</summary>
    public bool Holds(double value) => Side == LimitSide.AtMost ? value <= Value : value >= Value;
}

public enum LimitSide
{
    AtMost,
    AtLeast,
}
