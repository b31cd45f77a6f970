using System.Globalization;
using System.Text;
using Lab.Contracts.Runs;

namespace Lab.Reports.Tests.Store;

/// <summary>Many large run directories, written as text: a year of them by RunWriter would take longer than what is to be measured.</summary>
internal static class YearOfNights
{
    public const int Iterations = 10;

    /// <summary>So many nights of so many metrics, each with <see cref="Iterations"/> samples of the subject and as many of its baseline.</summary>
    public static void Write(string runs, int nights, int metrics)
    {
        var start = new DateTimeOffset(2025, 1, 1, 2, 0, 0, TimeSpan.Zero);
        for (var night = 0; night < nights; night++)
        {
            var random = new Random(night);
            using var run = new SyntheticRun(runs, night, start: start.AddDays(night));
            run.Result("nightly", "Nightly.All", Verdict.Pass).Complete();
            var text = new StringBuilder();
            for (var metric = 0; metric < metrics; metric++)
            {
                for (var i = 0; i < 2 * Iterations; i++)
                {
                    var role = i % 2 == 0 ? "subject" : "baseline";
                    text.Append(
                        CultureInfo.InvariantCulture,
                        $$"""{"metric":"group{{metric % 20}}.metric{{metric}}","unit":"s","better":"lower","role":"{{role}}","dimensions":{"device":"disk","workload":"randread-4k"},"attributes":{},"value":{{1 + random.NextDouble():F7}},"conditions":{"stolenCores":0.01,"otherCores":0.12,"frequency":2794750000},"t":"{{start.AddDays(night).AddSeconds(metric * 40 + i):O}}"}""");
                    text.Append('\n');
                }
            }

            File.WriteAllText(Path.Combine(run.Directory, RunFiles.Samples), text.ToString());
        }
    }
}
