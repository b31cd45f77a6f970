using System.Globalization;
using Lab.Harness;
using Lab.Harness.Consoles;

namespace Lab.Scenarios.Throughput;

/// <summary>One fio workload on a raw disk of the guest.</summary>
/// <param name="Name">Dimension in the record, such as randread-4k-qd32.</param>
public sealed record FioJob(string Name, string Mode, string BlockSize, int QueueDepth)
{
    public static IReadOnlyList<FioJob> All { get; } =
    [
        new("randread-4k-qd1", "randread", "4k", 1),
        new("randwrite-4k-qd1", "randwrite", "4k", 1),
        new("randread-4k-qd32", "randread", "4k", 32),
        new("randwrite-4k-qd32", "randwrite", "4k", 32),
        new("read-128k-qd32", "read", "128k", 32),
        new("write-128k-qd32", "write", "128k", 32),
    ];

    /// <summary>Where its requests' time goes is looked at.</summary>
    public bool IsBrokenDown => Mode == "randread";

    private bool IsWrite => Mode.EndsWith("write", StringComparison.Ordinal);

    /// <param name="disk">The disk's name in the guest.</param>
    public async Task<FioResult> RunAsync(GuestShell guest, string disk, int seconds, CancellationToken token)
    {
        var output = await guest.RunAsync(
            $"fio --name=j --filename=/dev/{disk} --rw={Mode} --bs={BlockSize} --iodepth={QueueDepth} --ioengine=libaio --direct=1 "
            + $"--time_based --runtime={seconds} --ramp_time=1 --randrepeat=1 --minimal --terse-version=3",
            token, TimeSpan.FromSeconds(seconds + 60));
        return Parse(output);
    }

    /// <summary>fio's terse format, version 3 (fio's HOWTO, "Terse output"): the write half repeats the read half 41 fields on.</summary>
    internal FioResult Parse(string output)
    {
        const int HalfLength = 41;
        var line = output.Split('\n').LastOrDefault(l => l.StartsWith("3;", StringComparison.Ordinal))
            ?? throw new LabException("fio printed no result: " + output);
        var fields = line.Split(';');
        var half = IsWrite ? HalfLength : 0;
        double Field(int index) => double.Parse(fields[half + index], CultureInfo.InvariantCulture);
        return new FioResult(BytesPerSecond: Field(6) * 1024, Iops: Field(7), LatencySeconds: Field(39) / 1e6);
    }
}

/// <param name="LatencySeconds">Mean, from submission to completion.</param>
public sealed record FioResult(double BytesPerSecond, double Iops, double LatencySeconds);
