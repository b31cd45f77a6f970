using Lab.Reports.Html;

namespace Lab.Reports.Tests.Html;

public sealed class MetricAnchorTests
{
    [Theory]
    [InlineData("boot.total", "s", "", "metric-boot.total:s")]
    [InlineData("disk.iops", "iops", "node=bm0, workload=randread-4k-qd1", "metric-disk.iops:iops,node=bm0,workload=randread-4k-qd1")]
    [InlineData("net.bandwidth", "bit/s", "of=\"é #\"", "metric-net.bandwidth:bit~2fs,of=~22~c3~a9~20~23~22")]
    public void Anchor_OfAMetric_IsItsIdentity(string metric, string unit, string label, string anchor) =>
        Assert.Equal(anchor, MetricAnchor.Of(metric, unit, label));

    [Fact]
    public void Anchors_OfUnlikeMetrics_Differ()
    {
        string[] anchors = [MetricAnchor.Of("m", "s", "a=~20"), MetricAnchor.Of("m", "s", "a= "), MetricAnchor.Of("m", "s", "a"), MetricAnchor.Of("m", "ms", "a")];
        Assert.Equal(anchors.Length, anchors.Distinct().Count());
    }
}
