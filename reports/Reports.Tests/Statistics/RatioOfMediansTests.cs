using Lab.Reports.Statistics;

namespace Lab.Reports.Tests.Statistics;

public sealed class RatioOfMediansTests
{
    private readonly RatioOfMedians _comparer = new();

    [Fact]
    public void Series_Two_GiveRatioAndSpread()
    {
        // Medians 6 and 5; quartiles 5.5, 6.5 and 4.5, 5.5.
        var ratio = _comparer.Compare([5, 6, 7], [4, 5, 6])!;
        Assert.Equal(1.2, ratio.Value, 12);
        Assert.Equal(5.5 / 5.5, ratio.Low, 12);
        Assert.Equal(6.5 / 4.5, ratio.High, 12);
    }

    [Fact]
    public void Reference_OfMedianZero_HasNoRatio() => Assert.Null(_comparer.Compare([1, 2], [0, 0]));

    [Fact]
    public void Series_Empty_HasNoRatio() => Assert.Null(_comparer.Compare([], [1]));

    [Fact]
    public void Quartile_OfZero_LeavesTheRatioFinite() => Assert.True(_comparer.Compare([1, 2], [0, 0, 1, 1, 1])!.IsFinite);
}
