using System.ComponentModel.DataAnnotations;

namespace Lab.Contracts.Runs;

/// <summary>
/// Holds records to their published schema (the same attributes make both) and to what a schema cannot say: finite numbers,
/// known units, evidence inside the run directory. Used on write and on read.
/// </summary>
internal static class RunValidator
{
    public static void Check(Sample sample)
    {
        Annotations(sample);
        Map(nameof(Sample.Dimensions), sample.Dimensions);
        Map(nameof(Sample.Attributes), sample.Attributes);
        if (sample.Conditions is { } conditions)
        {
            Annotations(conditions);
            foreach (var value in new[] { conditions.StolenCores, conditions.OtherCores, conditions.Frequency, conditions.ClockError })
                Finite(value ?? 0, nameof(Sample.Conditions), sample.Metric);
        }

        if (!Units.All.Contains(sample.Unit))
            throw new RunRecordException($"unit '{sample.Unit}' of metric {sample.Metric} is not one of {string.Join(", ", Units.All.Order())}");
        if (!double.IsFinite(sample.Value))
            throw new RunRecordException($"value {sample.Value} of metric {sample.Metric} is not a finite number");
        if (sample.Value < 0 && Units.IsDuration(sample.Unit))
            throw new RunRecordException($"value {sample.Value} {sample.Unit} of metric {sample.Metric} is a negative duration");
    }

    public static void Check(SpanEvent span)
    {
        Annotations(span);
        Finite(span.Duration, "duration", span.Name);
        Map(nameof(SpanEvent.Attributes), span.Attributes);
    }

    public static void Check(ScenarioResult result)
    {
        Annotations(result);
        Finite(result.Duration, "duration", result.Scenario);
        Count(nameof(ScenarioResult.Evidence), result.Evidence.Count, RunLimits.ItemsPerList);
        Count(nameof(ScenarioResult.Checks), result.Checks.Count, RunLimits.ItemsPerList);
        foreach (var file in result.Evidence)
            Evidence(file);
        foreach (var check in result.Checks)
        {
            Annotations(check);
            if (check.Evidence is { } file)
                Evidence(file);
        }
    }

    public static void Check(RunInfo run)
    {
        Annotations(run);
        Annotations(run.Testbed);
        Annotations(run.Environment);
        Annotations(run.SystemUnderTest);
        Map(nameof(RunInfo.Parameters), run.Parameters);
        Map(nameof(RunInfo.Images), run.Images);
        Map(nameof(RunInfo.Labels), run.Labels);
        Map(nameof(TestbedInfo.Shape), run.Testbed.Shape);
        Map(nameof(EnvironmentInfo.Packages), run.Environment.Packages, RunLimits.ItemsPerList);
        if (run.EndedAt < run.StartedAt)
            throw new RunRecordException($"the run ends ({run.EndedAt:O}) before it starts ({run.StartedAt:O})");
        if (run.Comparison is { } key && key.Hash != ComparisonKey.Of(run).Hash)
            throw new RunRecordException("the comparison key does not follow from the run's suite, parameters, testbed and environment");
    }

    private static void Annotations<T>(T record) where T : class
    {
        if (AnnotationCheck<T>.Passes(record))
            return;
        var errors = new List<ValidationResult>();
        if (!Validator.TryValidateObject(record, new ValidationContext(record), errors, validateAllProperties: true))
            throw new RunRecordException($"{record.GetType().Name}: {string.Join(" ", errors.Select(error => error.ErrorMessage))}");
    }

    private static void Finite(double value, string what, string of)
    {
        if (!double.IsFinite(value))
            throw new RunRecordException($"{what} {value} of {of} is not a finite number");
    }

    private static void Map(string name, IReadOnlyDictionary<string, string> map, int limit = RunLimits.EntriesPerMap)
    {
        Count(name, map.Count, limit);
        foreach (var (key, value) in map)
        {
            if (key.Length is 0 or > RunLimits.NameLength)
                throw new RunRecordException($"{name}: a name has {key.Length} characters, allowed are 1 to {RunLimits.NameLength}");
            if (value is null || value.Length > RunLimits.TextLength)
                throw new RunRecordException($"{name}.{key}: the value is missing or longer than {RunLimits.TextLength} characters");
        }
    }

    private static void Count(string name, int count, int limit)
    {
        if (count > limit)
            throw new RunRecordException($"{name} has {count} entries, at most {limit} are allowed");
    }

    // A report links to evidence: a path that leaves the directory, or a scheme, must not get there.
    private static void Evidence(string file)
    {
        if (string.IsNullOrEmpty(file) || file.Length > RunLimits.TextLength || file.StartsWith('/') || file.Contains('\\')
            || file.Contains(':') || file.Split('/').Any(part => part is "" or "." or ".."))
            throw new RunRecordException($"evidence '{file}' is not a file path relative to the run directory");
    }
}
