using Lab.Contracts.Runs;
using Lab.Reports.Statistics.Kernels;
using MathNet.Numerics.Statistics;

namespace Lab.Reports.Statistics;

/// <summary>An arm in figures. Tails point to the worse side: of a throughput, p95 is what 95 % of the iterations reach.</summary>
internal static class ArmTails
{
    /// <summary>So many iterations until a p99 means something.</summary>
    private const int LeastForP99 = 299;
    private const double Confidence = 0.95;

    public static ArmStatistics Of(Arm arm, Better better)
    {
        // Turned round where higher is better, so that worse is always behind and failures are last.
        var sign = better == Better.Higher ? -1 : 1;
        var (iterations, failures) = (arm.Iterations, arm.Failures);
        var sorted = arm.Sessions.SelectMany(session => session.Values).Select(value => sign * value)
            .Concat(Enumerable.Repeat(double.PositiveInfinity, failures)).Order().ToArray();
        var rate = iterations == 0 ? ((double Low, double High)?)null : WilsonInterval.Of(failures, iterations, Confidence);
        double? Finite(double? value) => value is { } number && double.IsFinite(number) ? sign * number : null;
        double? Quantile(double tau) =>
            sorted.Length == 0 ? null : Finite(SortedArrayStatistics.QuantileCustom(sorted, tau, QuantileDefinition.R7));
        double? Bound(double tau) => Finite(TailQuantile.UpperBound(sorted, tau, Confidence));
        return new ArmStatistics
        {
            Sessions = arm.Sessions.Count,
            Iterations = iterations,
            Failures = failures,
            FailureLow = rate?.Low,
            FailureHigh = rate?.High,
            P50 = Quantile(0.5),
            P95 = Quantile(0.95),
            P99 = iterations >= LeastForP99 ? Quantile(0.99) : null,
            P95Upper = Bound(0.95),
            P99Upper = Bound(0.99),
        };
    }
}
