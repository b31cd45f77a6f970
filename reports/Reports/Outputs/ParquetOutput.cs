using Lab.Contracts.Runs;
using Parquet.Serialization;

namespace Lab.Reports.Outputs;

/// <summary>Every sample of a run as an Apache Parquet file; times are UTC.</summary>
public static class ParquetOutput
{
    public static async Task<byte[]> RenderAsync(RunRecord record, CancellationToken cancel)
    {
        using var file = new MemoryStream();
        await ParquetSerializer.SerializeAsync(SampleRow.Of(record), file, cancellationToken: cancel);
        return file.ToArray();
    }
}
