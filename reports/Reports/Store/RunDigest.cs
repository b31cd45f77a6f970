using Lab.Contracts.Runs;
using Lab.Reports.Metrics;
using Lab.Reports.Sections;

namespace Lab.Reports.Store;

/// <summary>All that the store keeps of a run directory.</summary>
/// <param name="Stamp">Sizes and times of the files before they were read (<see cref="FileStamp"/>): a run that grew meanwhile is read again by the next import.</param>
internal sealed record RunDigest(StoredRun Run, string Stamp, IReadOnlyList<SeriesDigest> Series)
{
    /// <exception cref="RunRecordException">As of <see cref="RunReader.Read"/>.</exception>
    public static RunDigest Read(string directory)
    {
        var stamp = FileStamp.Of(directory);
        var record = RunReader.Read(directory);
        var samples = RunSummary.Judgeable(record);
        var environment = RunFingerprint.Fields(record.Info);
        var run = new StoredRun
        {
            Id = record.Info.Id,
            Directory = record.Directory,
            Suite = record.Info.Suite,
            StartedAt = record.Info.StartedAt.ToUniversalTime(),
            EndedAt = record.Info.EndedAt?.ToUniversalTime(),
            Commit = record.Info.SystemUnderTest.Commit,
            Dirty = record.Info.SystemUnderTest.Dirty,
            Testbed = record.Info.Testbed.Name,
            ComparisonHash = (record.Info.Comparison ?? ComparisonKey.Of(record.Info)).Hash,
            Fingerprint = RunFingerprint.Of(environment),
            Environment = environment,
            Labels = record.Info.Labels,
            Verdicts = VerdictCounts.Of(record.Results),
            Samples = record.Samples.Count,
            SamplesLeftOut = record.Samples.Count - samples.Count,
            Pinned = false,
            Checksums = RunChecksums.Of(directory),
        };
        return new RunDigest(run, stamp, SeriesDigest.Of(MetricSeries.Of(samples)));
    }
}
