using Lab.Reports.Trends;
using Lab.Yaml;

namespace Lab.Reports.Tests.Trends;

public sealed class AnnotationFileTests
{
    [Fact]
    public void File_IsRead()
    {
        var annotations = AnnotationFile.Parse("""
            annotations:
              - {date: 2026-03-01, text: kernel upgrade, metrics: "boot.*"}
              - date: 2026-04-02
                text: new disks
            """, "a.yaml");
        Assert.Equal([new(new DateOnly(2026, 3, 1), "kernel upgrade", "boot.*"), new(new DateOnly(2026, 4, 2), "new disks", "*")], annotations);
        Assert.True(annotations[0].Concerns("boot.total"));
        Assert.False(annotations[0].Concerns("hotplug.seen"));
        Assert.True(annotations[1].Concerns("hotplug.seen"));
    }

    [Fact]
    public void File_WithErrors_NamesThemAllWithTheirLines()
    {
        var error = Assert.Throws<YamlFileException>(() => AnnotationFile.Parse("""
            annotations:
              - {date: 1 March, text: kernel upgrade}
              - {date: 2026-03-01}
              - {date: 2026-03-01, text: x, metric: y}
            """, "a.yaml"));
        Assert.Equal([2, 3, 4], error.Errors.Select(each => each.Line));
        Assert.Contains("a.yaml:2: annotations[0].date: '1 March' is no date like 2026-03-01", error.Message, StringComparison.Ordinal);
    }
}
