using System.Diagnostics;
using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.DataPath.Devices;
using Lab.Emulators.Dpu.DataPath.Vhost;
using Lab.Emulators.Dpu.Linux;
using Lab.Protocols.VhostUser;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.Tests.DataPath.Vhost;

/// <summary>A driver that waits is called at once; one that asks on is called for several; none is left waiting.</summary>
public sealed class CallModerationTests
{
    private const int Requests = 20_000;
    private const int DescriptorsOfOne = 3;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void DriverThatWaits_IsHeldBackEverMoreSeldom(int depth)
    {
        var moderation = new CallModeration();
        Assert.InRange(Calls(moderation, 100_000, depth).Pauses, 2, 120);
        var (calls, pauses) = Calls(moderation, 100_000, depth);
        Assert.InRange(pauses, 90, 100);
        Assert.InRange(calls, 100_000 - pauses, 100_000);
    }

    [Fact]
    public void DriverThatAsksOn_IsCalledForMore()
    {
        var moderation = new CallModeration();
        Calls(moderation, 10_000, depth: 128);
        var (calls, pauses) = Calls(moderation, 8_000, depth: 128);
        Assert.Equal(1_000, calls);
        Assert.Equal(0, pauses);
    }

    [Fact]
    public void DriverThatAskedOn_AndWaitsNow_IsCalledAtOnceSoon()
    {
        var moderation = new CallModeration();
        Calls(moderation, 10_000, depth: 128);
        Assert.InRange(Calls(moderation, 1_000, depth: 1).Pauses, 7, 20);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void DriverOfSmallDepth_SeldomWaits(int depth)
    {
        var moderation = new CallModeration();
        Calls(moderation, 10_000, depth);
        var (calls, pauses) = Calls(moderation, 10_000, depth);
        Assert.InRange(calls, 10_000 / depth, 10_000 / depth * 3 / 2);
        Assert.InRange(pauses, 1, 10_000 / (50 * depth));
    }

    [Fact]
    public void Pause_FollowsTheDriver()
    {
        var moderation = new CallModeration();
        var now = Stopwatch.GetTimestamp();
        var pause = moderation.Hold(0, now);
        Assert.Equal(TimeSpan.FromMilliseconds(1), pause);
        for (var i = 0; i < 50; i++)
            pause = moderation.Hold(10, now += Stopwatch.Frequency / 1000);
        Assert.InRange(pause, TimeSpan.FromMicroseconds(395), TimeSpan.FromMicroseconds(405));
        for (var i = 0; i < 50; i++)
            pause = moderation.Hold(1000, ++now);
        Assert.Equal(TimeSpan.FromMicroseconds(50), pause);
        Assert.InRange(moderation.Hold(1, now + (3600 * Stopwatch.Frequency)), TimeSpan.FromMicroseconds(900), TimeSpan.FromMilliseconds(1));
    }

    /// <summary>With a call that is awaited for each answer: one that never comes ends the test.</summary>
    [Theory]
    [InlineData(VirtioFeatures.Version1, 1)]
    [InlineData(VirtioFeatures.Version1, 3)]
    [InlineData(VirtioFeatures.Version1 | VirtioFeatures.EventIndex, 1)]
    [InlineData(VirtioFeatures.Version1 | VirtioFeatures.EventIndex, 2)]
    [InlineData(VirtioFeatures.Version1 | VirtioFeatures.EventIndex, 5)]
    public async Task NoDriver_IsLeftWaiting(VirtioFeatures features, int depth)
    {
        var directory = Directory.CreateTempSubdirectory("calls-");
        await using (var device = new MallocDevice(Path.Combine(directory.FullName, "disk"), 512, 1 << 20))
        await using (var rig = new RingRig(device, features))
        {
            var queue = rig.NewQueue();
            await rig.StartAsync(queue);
            var calls = await Task.Run(() => Drive(rig, queue, depth));
            await rig.StopAsync(queue);
            Assert.InRange(calls, 1, Requests);
            Assert.Empty(rig.Broken);
        }
        directory.Delete(recursive: true);
    }

    private static int Drive(RingRig rig, VirtQueue queue, int depth)
    {
        using var epoll = Epoll.Create();
        Epoll.Add(epoll, queue.Call!, ReactorEvents.Readable, 1);
        var free = new Stack<ushort>(Enumerable.Range(0, depth).Select(i => (ushort)(i * DescriptorsOfOne)));
        ushort seen = 0;
        var calls = 0;
        for (int asked = 0, done = 0; done < Requests;)
        {
            while (asked < Requests && free.TryPop(out var head))
            {
                Ask(rig, head, asked++);
                EventFd.Signal(queue.Kick!);
            }
            WaitForCall(epoll, queue.Call!, done);
            calls++;
            do
            {
                for (; seen != rig.UsedIndex; done++)
                    free.Push(rig.UsedHead(seen++));
                rig.WantCallAfter(seen);
                Interlocked.MemoryBarrier();
            }
            while (seen != rig.UsedIndex);
        }
        return calls;
    }

    private static unsafe void Ask(RingRig rig, ushort head, int number) => rig.Request(head, VirtioBlkType.In, (ulong)number % 1024, 0x8000, 512);

    private static unsafe void WaitForCall(SafeFileHandle epoll, SafeFileHandle call, int done)
    {
        EpollEvent told;
        var since = Stopwatch.GetTimestamp();
        while (!EventFd.Clear(call))
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < Limit, $"no call after {done} answers");
            Epoll.Wait(epoll, &told, 1, Limit);
        }
    }

    /// <summary>A driver that has at most so many requests under way, on a device that ends each before the next is asked.</summary>
    private static (int Calls, int Pauses) Calls(CallModeration moderation, int requests, int depth)
    {
        var (calls, pauses, ended) = (0, 0, 0);
        for (var i = 0; i < requests; i++)
        {
            ended++;
            if (moderation.IsEnough(ended))
                moderation.OnEnough();
            else if (ended < depth)
                continue;
            else
            {
                moderation.OnPause();
                pauses++;
            }
            calls++;
            ended = 0;
        }
        return (calls, pauses);
    }
}
