using System.Globalization;
using Lab.Contracts.Runs;

namespace Lab.Reports.Calibration;

/// <summary>Where a run was noisier than its testbed's profile, in sentences.</summary>
internal static class NoiseWarnings
{
    /// <summary>How many times the calibrated value is out of the ordinary, for loads and for the spread within a session.</summary>
    private const double Factor = 2;

    /// <summary>Less load than this disturbs nothing [core].</summary>
    private const double CoresMin = 0.1;

    /// <summary>Relative loss of clock frequency that counts.</summary>
    private const double FrequencyLoss = 0.05;

    /// <summary>Less error than this disturbs no phase of an operation [s].</summary>
    private const double ClockErrorMin = 0.01;

    /// <summary>A spread smaller than this is no noise, however small the calibrated one.</summary>
    private const double WithinMin = 0.05;
    private const int NamesMax = 3;

    public static IReadOnlyList<string> Of(NoiseProfile profile, RunRecord run)
    {
        if (ComparisonKey.Of(run.Info).Hash != profile.Comparison.Hash)
            throw new ArgumentException($"run {run.Info.Id} has another comparison key than the profile", nameof(run));
        var (now, usual) = (TypicalConditions.Of(run.Samples), profile.Conditions);
        return
        [
            .. Load(now.StolenCoresP95, usual.StolenCoresP95, "were taken by the hypervisor for others"),
            .. Load(now.OtherCoresP95, usual.OtherCoresP95, "were kept busy by programs that are not the lab's"),
            .. Frequency(now.Frequency, usual.Frequency),
            .. Clock(now, usual),
            .. Spread(profile, run),
        ];
    }

    private static IEnumerable<string> Load(double? now, double? usual, string what)
    {
        if (now > Math.Max(CoresMin, Factor * (usual ?? 0)))
            yield return Text($"Up to {now:0.00} cores {what} (95th percentile); {(usual is null ? "the calibration does not say what is usual" : Text($"{usual:0.00} are usual"))}.");
    }

    private static IEnumerable<string> Frequency(double? now, double? usual)
    {
        if (now < usual * (1 - FrequencyLoss))
            yield return Text($"The cores ran at {now / 1e9:0.00} GHz; {usual / 1e9:0.00} GHz are usual.");
    }

    private static IEnumerable<string> Clock(TypicalConditions now, TypicalConditions usual)
    {
        if (usual.ClockErrorP95 is not { } calibrated)
            yield break;
        if (now.ClockErrorP95 is null && (now.StolenCoresP95 ?? now.OtherCoresP95) is not null)
            yield return "The system clock was not synchronised; during the calibration it was.";
        else if (now.ClockErrorP95 > Math.Max(ClockErrorMin, Factor * calibrated))
            yield return Text($"The system clock may have been {now.ClockErrorP95 * 1000:0.0} ms wrong; {calibrated * 1000:0.0} ms are usual.");
    }

    private static IEnumerable<string> Spread(NoiseProfile profile, RunRecord run)
    {
        var noisier = NoiseCalibration.Series(run)
            .Select(metric => (metric.Name, Now: NoiseCalibration.Within(metric), Usual: profile.Find(metric.Metric, metric.Unit, metric.Label)?.WithinMax))
            .Where(row => row.Now > Math.Max(WithinMin, Factor * row.Usual ?? double.PositiveInfinity))
            .OrderByDescending(row => row.Now / row.Usual).ToList();
        if (noisier.Count == 0)
            yield break;
        var named = noisier.Take(NamesMax).Select(row => Text($"{row.Name} by {row.Now * 100:0.#} % (at most {row.Usual * 100:0.#} % in the calibration)"));
        var more = noisier.Count > NamesMax ? $" and {noisier.Count - NamesMax} more" : "";
        yield return $"Values of one session spread more than is usual: {string.Join(", ", named)}{more}.";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
