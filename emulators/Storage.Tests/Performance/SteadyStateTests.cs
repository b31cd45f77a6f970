using System.Net;
using Lab.Emulators.Storage.Tests.NvmeTcp;
using Lab.Emulators.Storage.Tests.Support;

namespace Lab.Emulators.Storage.Tests.Performance;

/// <summary>Allocations are counted by the process, so nothing else runs meanwhile.</summary>
[CollectionDefinition(nameof(SteadyStateTests), DisableParallelization = true)]
[Collection(nameof(SteadyStateTests))]
public sealed class SteadyStateTests(TargetFixture target) : IClassFixture<TargetFixture>
{
    private const int Length = 4096;
    private const int Depth = 32;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    /// <summary>The smallest object has 24 bytes; far less than one of them for each request is the background's.</summary>
    private const double BytesPerRequestMax = 1;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NvmeRequest_AllocatesNothing(bool isWrite)
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        CheckSteady(new PipelinedNvme(disk.Io.Socket, isWrite, Length));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NbdRequest_AllocatesNothing(bool isWrite)
    {
        var url = await target.Management.ExportAsync(await target.Management.CreateVolumeAsync(NvmeDisk.Size));
        using var client = await RawNbdClient.OpenAsync(IPEndPoint.Parse(new Uri(url).Authority), url, structured: false);
        CheckSteady(new PipelinedNbd(client.Socket, isWrite, Length));
    }

    private static void CheckSteady(IPipelinedWire wire)
    {
        var load = new PipelinedLoad(wire, Length, Depth, NvmeDisk.Size);
        load.Run(Duration);
        var before = AllocatedByOthers();
        var perSecond = load.Run(Duration);
        var allocated = AllocatedByOthers() - before;
        var perRequest = allocated / (perSecond * Duration.TotalSeconds);
        TestContext.Current.TestOutputHelper!.WriteLine($"{perRequest:0.000} bytes a request");
        Assert.True(perRequest < BytesPerRequestMax, $"{allocated} bytes, {perRequest:0.0} a request");
    }

    /// <summary>By all threads but this, which is the client's.</summary>
    private static long AllocatedByOthers() => GC.GetTotalAllocatedBytes(precise: true) - GC.GetAllocatedBytesForCurrentThread();
}
