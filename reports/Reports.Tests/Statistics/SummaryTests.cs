using Lab.Reports.Statistics;

namespace Lab.Reports.Tests.Statistics;

public sealed class SummaryTests
{
    [Fact]
    public void Values_Known_GiveKnownQuantiles()
    {
        // numpy.quantile([15, 20, 35, 40, 50], [.5, .95, .25, .75]) and the ends.
        var summary = Summary.Of([40, 15, 50, 20, 35]);
        Assert.Equal(5, summary.N);
        Assert.Equal(35, summary.Median, 12);
        Assert.Equal(48, summary.P95, 12);
        Assert.Equal((15, 50), (summary.Min, summary.Max));
        Assert.Equal(20, summary.Q1, 12);
        Assert.Equal(40, summary.Q3, 12);
        Assert.Equal(20, summary.Iqr, 12);
    }

    [Fact]
    public void Values_OfEvenNumber_TakeTheMiddle() => Assert.Equal(2.5, Summary.Of([4, 1, 2, 3]).Median, 12);

    [Fact]
    public void Value_Alone_IsEverything() => Assert.Equal(new Summary(1, 7, 7, 7, 7, 7, 7), Summary.Of([7]));

    [Fact]
    public void Values_None_AreRefused() => Assert.Throws<ArgumentException>(() => Summary.Of([]));
}
