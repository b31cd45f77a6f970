using System.Text.Json;

namespace Lab.Cli.Tests;

/// <summary>The commands about testbeds, where none is up and where one is left half.</summary>
public sealed class TestbedCommandsTests
{
    private const string HalfTestbed = """
        mkdir -p lab/t/logs lab/t/nodes/bm1/soc-logs/agent lab/t/services/manager/supervise
        printf 'bm1\nbm10\nbm1-x\n' >lab/t/nodes.txt
        printf 'first\nlast\n' >lab/t/logs/bm1-bmc.log
        echo of-ten >lab/t/logs/bm10-bmc.log
        echo of-x >lab/t/logs/bm1-x-bmc.log
        echo of-agent >lab/t/nodes/bm1/soc-logs/agent/current
        echo of-manager >lab/t/logs/manager.log
        echo 4194305 >lab/t/services/manager/supervise/pid
        """;

    [Theory]
    [InlineData("status")]
    [InlineData("down")]
    [InlineData("clean")]
    public async Task NothingUp_AskedForWhatThereIs_IsNoError(string command)
    {
        var lab = await BareMachine.RunAsync("", command);
        Assert.Equal((ExitCodes.Ok, ""), (lab.Code, lab.Error));
        Assert.Contains(command == "status" ? "no testbed is up; `lab up` raises one" : "nothing was left", lab.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status", "[]")]
    [InlineData("clean", """{"removed":[]}""")]
    public async Task NothingUp_AskedForJson_IsJsonAlone(string command, string expected)
    {
        using var json = JsonDocument.Parse((await BareMachine.RunAsync("", command, "--json")).Output);
        Assert.Equal(expected, JsonSerializer.Serialize(json.RootElement));
    }

    [Theory]
    [InlineData("logs", "bm0")]
    [InlineData("console", "bm0")]
    [InlineData("down", "t")]
    public async Task NothingUp_AskedForAPartOfIt_IsAUsageError(params string[] args)
    {
        var lab = await BareMachine.RunAsync("", args);
        Assert.Equal(ExitCodes.Usage, lab.Code);
        Assert.StartsWith("lab: no testbed ", lab.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", lab.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_OfANode_AreItsOwnAlone()
    {
        var lab = await BareMachine.RunAsync(HalfTestbed, "logs", "bm1", "--lines", "1");
        Assert.Equal(ExitCodes.Ok, lab.Code);
        Assert.Equal(
            ["==> /run/lab/t/logs/bm1-bmc.log <==", "last", "==> /run/lab/t/nodes/bm1/soc-logs/agent/current <==", "of-agent"],
            lab.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("../../..")]
    [InlineData("bm2")]
    [InlineData("")]
    public async Task Logs_OfWhatIsNoPart_AreRefusedNamingTheParts(string node)
    {
        var lab = await BareMachine.RunAsync(HalfTestbed, "logs", node);
        Assert.Equal(ExitCodes.Usage, lab.Code);
        Assert.Contains("bm1, bm10, bm1-x, manager and storage", lab.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_OfADeadService_IsDownWhateverItsPidFileSays()
    {
        var lab = await BareMachine.RunAsync(HalfTestbed, "status", "--json");
        Assert.Equal(ExitCodes.Failed, lab.Code);
        using var json = JsonDocument.Parse(lab.Output);
        var part = json.RootElement[0].GetProperty("parts")[0];
        Assert.Equal(("manager", false), (part.GetProperty("name").GetString(), part.GetProperty("up").GetBoolean()));
    }

    [Fact]
    public async Task Console_OfNoSuchNode_IsRefusedNamingTheNodes()
    {
        var lab = await BareMachine.RunAsync(HalfTestbed, "console", "bm2");
        Assert.Equal(ExitCodes.Usage, lab.Code);
        Assert.Contains("t has no node bm2; there are bm1, bm10, bm1-x", lab.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Console_WhenNothingOfTheTestbedRuns_IsTheLabsFaultSaidInOneLine()
    {
        var lab = await BareMachine.RunAsync(HalfTestbed, "console", "bm1");
        Assert.Equal(ExitCodes.Infrastructure, lab.Code);
        Assert.StartsWith("lab: manager does not run", lab.Error, StringComparison.Ordinal);
    }
}
