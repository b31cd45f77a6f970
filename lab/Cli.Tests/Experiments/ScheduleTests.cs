using Lab.Cli.Experiments;

namespace Lab.Cli.Tests.Experiments;

public sealed class ScheduleTests
{
    [Theory]
    [InlineData(1, "AB")]
    [InlineData(2, "ABBA")]
    [InlineData(3, "ABBAAB")]
    [InlineData(4, "ABBAABBA")]
    public void Round_IsInterleaved_WithAsManyOfEachArm(int sessions, string order) =>
        Assert.Equal(order, string.Concat(Schedule.Round(1, sessions, 0, []).Select(session => session.Arm)));

    [Fact]
    public void LaterRound_CountsPositionsOn()
    {
        var round = Schedule.Round(2, 2, 4, ["hot-plug-disk"]).ToList();
        Assert.Equal([5, 6, 7, 8], round.Select(session => session.Position));
        Assert.All(round, session => Assert.Equal((2, "hot-plug-disk"), (session.Round, Assert.Single(session.Scenarios))));
    }
}
