using System.Diagnostics;
using Lab.Emulators.Dpu.DataPath.Statistics;
using Lab.Emulators.Dpu.Linux;

namespace Lab.Emulators.Dpu.DataPath.Vhost;

/// <summary>When the driver is called: an interrupt costs a guest more than a request.</summary>
internal sealed unsafe partial class VirtQueue
{
    private readonly CallModeration moderation = new();
    private ushort toldUsed;
    private bool isFinishing;
    private bool isHolding;
    private ushort seenAvailable;
    private int pausesLeft;
    private TimeSpan pause;
    private StageSample? untold;

    private ushort Owed => (ushort)(nextUsed - toldUsed);

    public void OnStepDone()
    {
        isFinishing = false;
        if (Owed == 0)
            return;
        if (moderation.IsEnough(Owed))
        {
            moderation.OnEnough();
            CallDriver();
        }
        else if (!isHolding)
        {
            isHolding = true;
            pausesLeft = CallModeration.PausesMax;
            pause = moderation.Hold((ushort)(nextAvailable - seenAvailable), Stopwatch.GetTimestamp());
            WaitForMore();
        }
    }

    public void OnTime()
    {
        if (nextAvailable != seenAvailable && --pausesLeft > 0)
        {
            WaitForMore();
            return;
        }
        isHolding = false;
        moderation.OnPause();
        CallDriver();
    }

    /// <summary>There is an entry of which the driver was not told; what the rest of the step adds is told with it.</summary>
    private void OweCall()
    {
        if (isFinishing)
            return;
        isFinishing = true;
        reactor!.Finish(this);
    }

    private void WaitForMore()
    {
        seenAvailable = nextAvailable;
        reactor!.StartTimer(this, pause);
    }

    private void CallDriver()
    {
        if (isHolding)
            reactor!.StopTimer(this);
        isHolding = false;
        if (untold is { } sample)
            sampler.End(sample, isDone: true);
        untold = null;
        if (Owed == 0)
            return;
        // The driver's wish is read after it can see the entries.
        Interlocked.MemoryBarrier();
        // §2.7.7.2, vring_need_event(): one of the entries since the last time is the one that it waits for.
        var isWanted = UsesEventIndex
            ? (ushort)(nextUsed - Volatile.Read(ref UsedEvent) - 1) < Owed
            : (Volatile.Read(ref AvailableFlags) & NoInterrupt) == 0;
        toldUsed = nextUsed;
        if (isWanted && Call is { } call)
            EventFd.Signal(call);
    }

    /// <summary>A request has arrived when its driver is told. Of two that wait for the same call the earlier is not held to that.</summary>
    private void EndSample(StageSample sample, bool isDone)
    {
        if (!isDone)
        {
            sampler.End(sample, isDone: false);
            return;
        }
        if (untold is { } earlier)
            sampler.End(earlier, isDone: true);
        untold = sample;
    }
}
