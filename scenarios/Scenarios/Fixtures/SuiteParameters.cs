using System.Globalization;
using Lab.Harness.Recording;

namespace Lab.Scenarios.Fixtures;

/// <summary>How often a suite repeats what it measures. Part of the comparison key: runs of unlike numbers are not compared.</summary>
/// <param name="HotPlugWarmUps">Cycles before those that count, while manager and agent still compile the paths they take.</param>
/// <param name="PowerRounds">How often each front of a BMC switches a host on.</param>
/// <param name="Crashes">How often something crashes under writers.</param>
/// <param name="Seed">What crashes when follows from it.</param>
public sealed record SuiteParameters(
    int Boots, int HotPlugWarmUps, int HotPlugCycles, int FioSeconds, int IperfSeconds, int PowerRounds, int Crashes = 50, int Seed = 1)
{
    public static SuiteParameters Current { get; } =
        For(SuiteSettings.Setting(SuiteSettings.SuiteVariable, SuiteSettings.Smoke));

    public static IReadOnlyDictionary<string, string> Of(string suite)
    {
        var parameters = For(suite);
        if (suite == SuiteSettings.Bmc)
            return new Dictionary<string, string> { ["power.rounds"] = Text(parameters.PowerRounds) };
        if (suite == SuiteSettings.Durability)
            return new Dictionary<string, string> { ["crashes"] = Text(parameters.Crashes), ["seed"] = Text(parameters.Seed) };
        return new Dictionary<string, string>
        {
            ["boots"] = Text(parameters.Boots),
            ["hotplug.warm_ups"] = Text(parameters.HotPlugWarmUps),
            ["hotplug.cycles"] = Text(parameters.HotPlugCycles),
            ["fio.seconds"] = Text(parameters.FioSeconds),
            ["iperf.seconds"] = Text(parameters.IperfSeconds),
        };
    }

    private static SuiteParameters For(string suite) => suite switch
    {
        SuiteSettings.Nightly => new SuiteParameters(5, 40, 40, 5, 8, PowerRounds: 2),
        _ => new SuiteParameters(1, 5, 3, 2, 2, PowerRounds: 5),
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
