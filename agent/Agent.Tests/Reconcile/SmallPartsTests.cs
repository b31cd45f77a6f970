using Lab.Agent.Compute;
using Lab.Agent.Dpu;
using Lab.Agent.Reconcile;

namespace Lab.Agent.Tests.Reconcile;

public sealed class SmallPartsTests
{
    [Fact]
    public void Backoff_AfterFailures_DoublesWithJitterUpToItsLimit()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8), new Random(3));
        foreach (var whole in (double[])[1, 2, 4, 8, 8, 8])
            Assert.InRange(backoff.Next().TotalSeconds, whole / 2, whole);
        backoff.Reset();
        Assert.InRange(backoff.Next().TotalSeconds, 0.5, 1);
    }

    [Fact]
    public void Fence_OfAnotherNode_DoesNotHold()
    {
        var directory = Directory.CreateTempSubdirectory("fence-");
        try
        {
            var desired = new DesiredState(new FenceFile(directory.FullName));
            desired.Take(Specs.Idle(7), Specs.Node);
            Assert.Throws<StaleGenerationException>(() => desired.Take(Specs.Idle(6), Specs.Node));

            var restarted = new DesiredState(new FenceFile(directory.FullName));
            Assert.Throws<StaleGenerationException>(() => restarted.Take(Specs.Idle(6), Specs.Node));
            restarted.Take(Specs.Idle(1), Guid.Empty);
            Assert.Equal(1, restarted.Spec!.Generation);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(null, "a\nb\nc\n")]
    [InlineData(0, "")]
    [InlineData(1, "c\n")]
    [InlineData(2, "b\nc\n")]
    [InlineData(9, "a\nb\nc\n")]
    public void Console_LastLines_AreWhole(int? lines, string expected) => Assert.Equal(expected, ConsoleLog.LastLines("a\nb\nc\n", lines));

    [Fact]
    public void Names_OfAnId_AreReadBack()
    {
        var id = Specs.Id(1, 2);
        Assert.Equal(id, DpuNames.VolumeOfBdev(DpuNames.VolumeBdev(Specs.Volume(2))));
        Assert.Equal(id, DpuNames.VolumeOfNamespace(DpuNames.VolumeBdev(Specs.Volume(2))));
        Assert.Equal(id, DpuNames.VolumeOfBdev(DpuNames.VolumeBdev(Specs.OverNbd(Specs.Volume(2)))));
        Assert.Null(DpuNames.VolumeOfNamespace(DpuNames.VolumeBdev(Specs.OverNbd(Specs.Volume(2)))));
        Assert.Equal(id, DpuNames.VolumeOfController(DpuNames.VolumeController(id)));
        Assert.Equal(id, DpuNames.InstanceOfConfigDrive(DpuNames.ConfigDrive(id)));
        Assert.Null(DpuNames.VolumeOfBdev("vol-x"));
        Assert.Equal(DpuNames.SerialBytesMax, DpuNames.VolumeSerial(id).Length);
    }
}
