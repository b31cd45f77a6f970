using System.Text.Json;

namespace Lab.Cli.Tests;

public sealed class SelfTestCommandTests
{
    [Fact]
    public async Task Statistics_AsJson_HasARowForEachLimitAndTheCodeOfItsRows()
    {
        var lab = await LabRun.OfAsync("selftest", "statistics", "--trials", "20", "--seed", "5", "--json");
        using var document = JsonDocument.Parse(lab.Output);
        var rows = document.RootElement.EnumerateArray().ToList();
        Assert.Contains(rows, row => row.GetProperty("outcome").GetString() == "false alarm" && row.GetProperty("atMost").GetDouble() == 0.01);
        Assert.Equal(rows.All(row => row.GetProperty("pass").GetBoolean()) ? ExitCodes.Ok : ExitCodes.Failed, lab.Code);
        Assert.Contains("cases simulated", lab.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statistics_AsText_PutsTheObservedBesideTheComputed()
    {
        var lab = await LabRun.OfAsync("selftest", "statistics", "--trials", "20");
        Assert.Contains("observed  computed", lab.Output, StringComparison.Ordinal);
        Assert.Contains("trap: Mann-Whitney over the iterations of one night", lab.Output, StringComparison.Ordinal);
    }
}
