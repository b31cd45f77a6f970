using MathNet.Numerics.Distributions;

namespace Lab.Reports.Statistics.Kernels;

/// <summary>
/// Fisher's exact test of two shares, two-sided: the sum over all tables of the same margins that are no likelier than the one
/// observed (R's fisher.test).
/// </summary>
internal static class FisherExact
{
    /// <summary>As fisher.test: tables within this relative distance are as likely as the observed one.</summary>
    private const double Slack = 1 + 1e-7;

    public static double P(int countA, int trialsA, int countB, int trialsB)
    {
        var distribution = new Hypergeometric(trialsA + trialsB, countA + countB, trialsA);
        var limit = distribution.Probability(countA) * Slack;
        var p = 0.0;
        for (var k = Math.Max(0, countA + countB - trialsB); k <= Math.Min(trialsA, countA + countB); k++)
            if (distribution.Probability(k) is var probability && probability <= limit)
                p += probability;
        return Math.Min(1, p);
    }
}
