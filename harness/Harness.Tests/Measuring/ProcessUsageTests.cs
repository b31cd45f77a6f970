using Lab.Harness.Measuring;

namespace Lab.Harness.Tests.Measuring;

public sealed class ProcessUsageTests
{
    [Fact]
    public void Process_OfOurs_HasUsedCpuAndMemory()
    {
        Assert.True(ProcessUsage.CpuSeconds(Environment.ProcessId) > 0);
        Assert.InRange(ProcessUsage.MemoryBytes(Environment.ProcessId), 1 << 20, 1L << 40);
    }

    [Fact]
    public void FileBytes_GrowByWhatIsWrittenAndRead()
    {
        const int Bytes = 3 << 20;
        var file = Path.GetTempFileName();
        try
        {
            var before = ProcessUsage.FileBytes(Environment.ProcessId);
            File.WriteAllBytes(file, new byte[Bytes]);
            Assert.Equal(Bytes, File.ReadAllBytes(file).Length);
            Assert.True(ProcessUsage.FileBytes(Environment.ProcessId) - before >= 2 * Bytes);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("p0", 1000 + 9)]
    [InlineData("p1", 0)]
    public void NetworkBytes_OfAnInterface_AreReceivedAndSent(string link, double bytes) => Assert.Equal(bytes, ProcessUsage.NetworkBytes(
        [
            "Inter-|   Receive                                                |  Transmit",
            " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed",
            "    lo:      77       1    0    0    0     0          0         0       77       1    0    0    0     0       0          0",
            "    p0:    1000       2    0    0    0     0          0         0        9       1    0    0    0     0       0          0",
        ], link));
}
