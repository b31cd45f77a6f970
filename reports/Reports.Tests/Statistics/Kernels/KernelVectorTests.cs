using Lab.Reports.Statistics.Kernels;

namespace Lab.Reports.Tests.Statistics.Kernels;

/// <summary>Each kernel against R, to 1e-9.</summary>
public sealed class KernelVectorTests
{
    private const double Tolerance = 1e-9;

    private sealed record TwoSamples(string Source, double[] X, double[] Y, double Exact, double Approximate);
    private sealed record ShiftRow(string Source, double[] X, double[] Y, double Level, double Shift, double Low, double High);
    private sealed record BcaRow(string Source, double Estimate, double[] Replicates, double[] Influence, double Level, double Low, double High);
    private sealed record InfluenceRow(string Source, double[] X, double[] Y, double[] Influence);
    private sealed record Adjusted(string Source, double[] P, double[] Q);
    private sealed record ShareRow(string Source, int Count, int Trials, double Level, double Low, double High);
    private sealed record Table(string Source, int CountA, int TrialsA, int CountB, int TrialsB, double P);
    private sealed record Trend(string Source, double[] Values, double P);
    private sealed record DipRow(string Source, double[] Values, double Dip, double P);
    private sealed record Means(string Source, double[] X, double[] Y, double P);
    private sealed record Bound(string Source, int N, double Tau, int Rank);

    [Fact]
    public void MannWhitney_WithAndWithoutTies_IsThatOfCoin()
    {
        foreach (var row in Vectors.Of<TwoSamples>("mannWhitney"))
        {
            Near(row.Exact, MannWhitney.P(row.X, row.Y), row.Source);
            Near(row.Exact, MannWhitney.P(row.Y, row.X), row.Source);
        }
    }

    [Fact]
    public void MannWhitney_Approximated_IsThatOfWilcoxTest()
    {
        foreach (var row in Vectors.Of<TwoSamples>("mannWhitney"))
            Near(row.Approximate, MannWhitney.Approximate(Midranks.Of(row.X, row.Y), row.X.Length, row.Y.Length), row.Source);
    }

    [Fact]
    public void HodgesLehmann_ShiftAndInterval_AreThoseOfWilcoxTest()
    {
        foreach (var row in Vectors.Of<ShiftRow>("hodgesLehmann"))
        {
            var (x, y) = (row.X.Order().ToArray(), row.Y.Order().ToArray());
            var (low, high) = HodgesLehmann.Interval(x, y, row.Level);
            Near(row.Shift, HodgesLehmann.Shift(x, y), row.Source);
            Near(row.Low, low, row.Source);
            Near(row.High, high, row.Source);
        }
    }

    [Fact]
    public void Bca_OfTheSameReplicates_IsThatOfBootCi()
    {
        foreach (var row in Vectors.Of<BcaRow>("bca"))
        {
            var (low, high) = Bca.Interval(row.Estimate, row.Replicates, row.Influence, row.Level);
            Near(row.Low, low, row.Source);
            Near(row.High, high, row.Source);
        }
    }

    [Fact]
    public void Jackknife_OfTheShift_IsThatOfEmpinf()
    {
        foreach (var row in Vectors.Of<InfluenceRow>("influence"))
        {
            var influence = SessionBootstrap.Influence([.. row.X.Order()], [.. row.Y.Order()]);
            for (var i = 0; i < influence.Length; i++)
                Near(row.Influence[i], influence[i], row.Source);
        }
    }

    [Fact]
    public void BenjaminiHochberg_PublishedExample_IsThatOfPAdjust()
    {
        foreach (var row in Vectors.Of<Adjusted>("benjaminiHochberg"))
        {
            var q = BenjaminiHochberg.Adjust(row.P);
            for (var i = 0; i < q.Length; i++)
                Near(row.Q[i], q[i], row.Source);
        }
    }

    [Fact]
    public void Wilson_EdgesAndMiddle_AreThoseOfPropTest()
    {
        foreach (var row in Vectors.Of<ShareRow>("wilson"))
        {
            var (low, high) = WilsonInterval.Of(row.Count, row.Trials, row.Level);
            Near(row.Low, low, row.Source);
            Near(row.High, high, row.Source);
        }
    }

    [Fact]
    public void Fisher_TwoSided_IsThatOfFisherTest()
    {
        foreach (var row in Vectors.Of<Table>("fisher"))
        {
            Near(row.P, FisherExact.P(row.CountA, row.TrialsA, row.CountB, row.TrialsB), row.Source);
            Near(row.P, FisherExact.P(row.CountB, row.TrialsB, row.CountA, row.TrialsA), row.Source);
        }
    }

    [Fact]
    public void Kendall_OfOneSeries_IsThatOfCorTest()
    {
        foreach (var row in Vectors.Of<Trend>("kendall"))
            Near(row.P, KendallTrend.P([row.Values]), row.Source);
    }

    [Fact]
    public void Dip_AnySample_IsThatOfDiptest()
    {
        foreach (var row in Vectors.Of<DipRow>("dip"))
        {
            Near(row.Dip, HartiganDip.Dip(row.Values), row.Source);
            if (row.Values.Length >= HartiganDip.Least)
                Assert.True(row.P < 0.01 == HartiganDip.IsMultimodal(row.Values), row.Source);
        }
    }

    [Fact]
    public void Permutation_AllRelabellings_IsThatOfOnewayTest()
    {
        foreach (var row in Vectors.Of<Means>("permutation"))
            Near(row.P, PermutationTest.P(row.X, row.Y, seed: 1), row.Source);
    }

    [Fact]
    public void UpperBound_OfAQuantile_HasTheBinomialsRank()
    {
        foreach (var row in Vectors.Of<Bound>("upperBound"))
            Assert.Equal(row.Rank, TailQuantile.UpperBound([.. Enumerable.Range(1, row.N).Select(i => (double)i)], row.Tau, 0.95));
    }

    private static void Near(double expected, double actual, string source) =>
        Assert.True(Math.Abs(expected - actual) <= Tolerance, $"{source}: R has {expected:R}, here it is {actual:R}");
}
