using Lab.Harness.Measuring;
using Lab.Harness.Processes;

namespace Lab.Harness.Tests.Measuring;

public sealed class ProcTextTests
{
    [Fact]
    public void ProcessTimes_OfACommandWithBlanksAndParentheses_AreRead()
    {
        Assert.True(ProcessTimes.TryRead(FakeProc.Stat(42, 7, "a (b) c", 99, 103), out var times));
        Assert.Equal(new ProcessTimes(42, 7, "a (b) c", "99", 103), times);
    }

    [Theory]
    [InlineData("")]
    [InlineData("42 (sh")]
    [InlineData("42 (sh)")]
    [InlineData("42 (sh) S 1 1")]
    [InlineData("x (sh) S 7 1 1 0 -1 4194560 1 1 1 1 1 1 1 1 20 0 1 0 99 1 1 1")]
    [InlineData("42 (sh) S 7 1 1 0 -1 4194560 1 1 1 1 1 x 1 1 20 0 1 0 99 1 1 1")]
    public void ProcessTimes_OfAnotherText_AreRefused(string text) => Assert.False(ProcessTimes.TryRead(text, out _));

    [Fact]
    public void CoreTimes_AreOfProgramsAndTheHypervisorAlone()
    {
        // user nice system idle iowait irq softirq steal guest guest_nice
        Assert.True(CoreTimes.TryRead("cpu  1000 200 300 40000 5000 60 70 80 900 10\ncpu0 1 1 1 1 1 1 1 1 1 1\n", out var times));
        Assert.Equal(new CoreTimes(15, 0.8), times);
    }

    [Theory]
    [InlineData("")]
    [InlineData("cpu0 1 1 1 1 1 1 1 1 1 1")]
    [InlineData("cpu 1 1 1 1 1 1 1")]
    [InlineData("cpu 1 1 1 1 1 1 1 x")]
    public void CoreTimes_OfAnotherText_AreRefused(string text) => Assert.False(CoreTimes.TryRead(text, out _));
}
