using Lab.Harness.Launch;
using Lab.Harness.Measuring;

namespace Lab.Harness.Tests.Measuring;

public sealed class OwnCpuTimeTests : IDisposable
{
    private const int Self = 10;
    private const string Marked = "PATH=/bin\0LAB_TESTBED=t\0HOME=/\0";

    private readonly FakeProc proc = new();
    private readonly OwnCpuTime own;

    public OwnCpuTimeTests()
    {
        proc.Process(1, 0, 1000);
        proc.Process(Self, 1, 100);
        own = new OwnCpuTime(new OwnerMark("/run/lab/t", "LAB_TESTBED=t", "LAB_SOC_OF=t"), Self, proc.Root);
    }

    [Fact]
    public void Time_OfItselfItsChildrenAndMarkedOnes_Counts()
    {
        proc.Process(11, Self, 0);
        proc.Process(12, 11, 0);
        proc.Process(20, 1, 0, Marked);
        proc.Process(30, 1, 0, "LAB_SOC_OF=t\0");
        proc.Process(40, 1, 0, command: "/usr/bin/qemu-system-x86_64\0-name\0/run/lab/t/nodes/bm0\0");
        // None of ours: another testbed's, one whose name ours begins, an editor of our files, and whatever else there is.
        proc.Process(50, 1, 0, "LAB_TESTBED=tx\0");
        proc.Process(51, 1, 0, command: "/usr/bin/qemu-system-x86_64\0/run/lab/tx/nodes/bm0\0");
        proc.Process(52, 1, 0, command: "/usr/bin/vi\0/run/lab/t/nodes.txt\0");
        Assert.Equal(0, own.Since());

        foreach (var id in new[] { 11, 12 })
            proc.Process(id, id == 11 ? Self : 11, 100);
        proc.Process(20, 1, 200, Marked);
        proc.Process(30, 1, 300, "LAB_SOC_OF=t\0");
        proc.Process(40, 1, 400, command: "/usr/bin/qemu-system-x86_64\0-name\0/run/lab/t/nodes/bm0\0");
        foreach (var id in new[] { 1, 50, 51, 52 })
            proc.Process(id, id == 1 ? 0 : 1, 9000);

        Assert.Equal(1 + 1 + 2 + 3 + 4, own.Since());
    }

    [Fact]
    public void Time_OfAChildThatEnded_CountsOnce()
    {
        proc.Process(11, Self, 50);
        own.Since();
        proc.Process(11, Self, 80);
        Assert.Equal(0.3, own.Since(), 1e-9);

        // Its parent waited for it, after it had run for another 0.2 s.
        proc.End(11);
        proc.Process(Self, 1, 100 + 100);
        Assert.Equal(0.2, own.Since(), 1e-9);
    }

    [Fact]
    public void Time_OfAnOrphanThatEnded_IsNotTakenOff()
    {
        proc.Process(20, 1, 500, Marked);
        own.Since();
        proc.End(20);
        proc.Process(Self, 1, 130);
        Assert.Equal(0.3, own.Since(), 1e-9);
    }

    [Fact]
    public void Process_ThatBecomesAnotherProgram_IsLookedAtAnew()
    {
        proc.Process(40, 1, 0, command: "/usr/sbin/libvirtd\0", name: "libvirtd");
        own.Since();
        proc.Process(40, 1, 0, command: "/usr/bin/qemu-system-x86_64\0/run/lab/t/x\0", name: "qemu-system-x86");
        own.Since();
        proc.Process(40, 1, 70, command: "/usr/bin/qemu-system-x86_64\0/run/lab/t/x\0", name: "qemu-system-x86");
        Assert.Equal(0.7, own.Since(), 1e-9);
    }

    [Fact]
    public void Id_GivenAnew_IsAnotherProcess()
    {
        proc.Process(20, 1, 500, Marked);
        own.Since();
        proc.Process(20, 1, 9000, "PATH=/bin\0", start: 8);
        Assert.Equal(0, own.Since());
    }

    public void Dispose() => proc.Dispose();
}
