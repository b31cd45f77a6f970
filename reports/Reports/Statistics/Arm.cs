namespace Lab.Reports.Statistics;

/// <summary>One session (a fresh testbed) of a series.</summary>
/// <param name="Values">What was measured, in the order of time, warm-up left out. Finite.</param>
/// <param name="Failures">Operations that failed or ran out of time; they rank behind every value.</param>
public sealed record ArmSession(IReadOnlyList<double> Values, int Failures = 0)
{
    public int Iterations => Values.Count + Failures;
}

/// <summary>One metric of one build: sessions in the order of time, iterations nested in them.</summary>
public sealed record Arm(IReadOnlyList<ArmSession> Sessions)
{
    public int Failures => Sessions.Sum(session => session.Failures);

    public int Iterations => Sessions.Sum(session => session.Iterations);

    /// <summary>Sessions without failures.</summary>
    public static Arm Of(IEnumerable<double[]> sessions) => new([.. sessions.Select(values => new ArmSession(values))]);
}
