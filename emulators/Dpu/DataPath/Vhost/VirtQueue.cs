using Lab.Emulators.Dpu.DataPath.Statistics;
using Lab.Emulators.Dpu.Linux;
using Lab.Protocols.VhostUser;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.DataPath.Vhost;

/// <summary>
/// A split virtqueue (virtio 1.2 §2.7) on a reactor, whose thread alone touches it. The driver is not trusted: what it can change is read
/// once and checked, and when it is broken the queue stops, and nothing else does.
/// </summary>
internal sealed unsafe partial class VirtQueue(int index, VhostBlkDevice device, Action<string> broken) : IReactorHandler, IReactorFinisher, IReactorTimer
{
    /// <summary>Entries of a ring.</summary>
    public const uint SizeMax = 1024;

    private const ushort NoInterrupt = 1;
    private const ushort NoNotify = 1;
    private const int UsedEntryBytes = 8;

    private readonly DescriptorChain chain = new();
    private readonly StageSampler sampler = new(device.Staged);
    private Reactor.Registration? registration;
    private VhostRequest?[] requests = [];
    private bool[] busy = [];
    private VirtqDescriptor* table;
    private ushort* available;
    private ushort* used;
    private ushort nextAvailable;
    private ushort nextUsed;
    private bool isBroken;
    private Reactor? reactor;
    private int underWay;
    private TaskCompletionSource? drained;

    public ushort Size { get; private set; }

    public ushort Base { get; set; }

    public VringAddress? Address { get; set; }

    public SafeFileHandle? Kick { get; private set; }

    public SafeFileHandle? Call { get; set; }

    public SafeFileHandle? Error { get; set; }

    public InflightRegion? Inflight { get; set; }

    public bool IsEnabled { get; set; }

    public bool IsRunning { get; private set; }

    private bool UsesEventIndex => device.Features.HasFlag(VirtioFeatures.EventIndex);

    private ref ushort AvailableFlags => ref available[0];

    private ref ushort AvailableIndex => ref available[1];

    private ref ushort UsedEvent => ref available[2 + Size];

    private ref ushort UsedFlags => ref used[0];

    private ref ushort UsedIndex => ref used[1];

    private ref ushort AvailableEvent => ref used[2 + (Size * UsedEntryBytes / sizeof(ushort))];

    /// <summary>Begins to serve, first what an earlier life left undone.</summary>
    /// <exception cref="VhostException">The memory of requests under way is of another ring.</exception>
    public void Start(Reactor on)
    {
        if (IsRunning || isBroken)
            return;
        reactor = on;
        if (!TryLocate(out var reason))
        {
            Break(reason);
            return;
        }
        nextUsed = toldUsed = Volatile.Read(ref UsedIndex);
        var again = Inflight?.Recover(nextUsed) ?? [];
        nextAvailable = again.Count > 0 ? (ushort)(nextUsed + again.Count) : Base;
        IsRunning = true;
        WaitForKick(Kick!);
        for (var i = 0; i < again.Count && !isBroken; i++)
            Submit(again[i], isAgain: true);
        device.Channel!.Kick();
        Process();
    }

    /// <summary>Takes no more; the answer ends when nothing is under way.</summary>
    public Task StopAsync()
    {
        registration?.Dispose();
        registration = null;
        if (IsRunning)
            Base = nextAvailable;
        IsRunning = false;
        CallDriver();
        if (underWay == 0)
            return Task.CompletedTask;
        return (drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    public void OnReady(ReactorEvents events) => Process();

    /// <param name="isDone">And did not fail.</param>
    public void Finish(VhostRequest request, uint written, bool isDone)
    {
        var head = request.Head;
        busy[head] = false;
        Inflight?.Ending(head);
        var entry = (uint*)(used + 2) + (nextUsed & (Size - 1)) * 2;
        entry[0] = head;
        entry[1] = written;
        nextUsed++;
        Volatile.Write(ref UsedIndex, nextUsed);
        Inflight?.Ended(head, nextUsed);
        if (request.Sample is { } sample)
            EndSample(sample, isDone);
        OweCall();
        if (--underWay > 0 || drained is null)
            return;
        CallDriver();
        Interlocked.Exchange(ref drained, null).SetResult();
    }

    /// <summary>
    /// Does what the driver has made available, at most a ring full of it: a driver that never pauses would keep the reactor from its
    /// neighbours, and from whoever wants to end it. The queue's own kick brings it back here when the others have had their turn.
    /// </summary>
    public void Process()
    {
        if (!IsRunning || !IsEnabled || isBroken)
            return;
        var left = (int)Size;
        do
        {
            SetNotifications(isWanted: false);
            while (left > 0 && TryTake(out var head))
            {
                left--;
                Submit(head, isAgain: false);
            }
            device.Channel!.Kick();
            if (left == 0)
            {
                if (!isBroken)
                    EventFd.Signal(Kick!);
                return;
            }
            SetNotifications(isWanted: true);
            Interlocked.MemoryBarrier();
        }
        while (!isBroken && Volatile.Read(ref AvailableIndex) != nextAvailable);
    }

    /// <summary>Its count is never read: an edge tells each signal, and reading it back would be one more system call for each request.</summary>
    private void WaitForKick(SafeFileHandle kick) => registration = reactor!.Register(kick, ReactorEvents.Readable | ReactorEvents.Edge, this);

    private bool TryTake(out ushort head)
    {
        head = 0;
        var end = Volatile.Read(ref AvailableIndex);
        if (isBroken || end == nextAvailable)
            return false;
        if ((ushort)(end - nextAvailable) > Size)
        {
            Break("its index runs ahead of the ring");
            return false;
        }
        sampler.See((ushort)(end - nextAvailable));
        head = Volatile.Read(ref available[2 + (nextAvailable & (Size - 1))]);
        nextAvailable++;
        return true;
    }

    private void SetNotifications(bool isWanted)
    {
        if (!UsesEventIndex)
            Volatile.Write(ref UsedFlags, isWanted ? (ushort)0 : NoNotify);
        else if (isWanted)
            Volatile.Write(ref AvailableEvent, nextAvailable);
    }

    private void Submit(ushort head, bool isAgain)
    {
        if (head >= Size || busy[head])
        {
            Break("it gives a chain that is no chain, or one that it has not got back");
            return;
        }
        var sample = sampler.Begin();
        try
        {
            chain.Read(table, Size, head, device.Memory!, device.Features.HasFlag(VirtioFeatures.IndirectDescriptors));
            var request = requests[head] ??= new VhostRequest(this, head);
            if (!isAgain)
                Inflight?.Begin(head);
            busy[head] = true;
            underWay++;
            request.Sample = sample;
            device.Submit(chain, request);
        }
        catch (VhostException wrong)
        {
            if (busy[head])
                underWay--;
            busy[head] = false;
            Break(wrong.Message);
        }
    }

    private void Break(string reason)
    {
        isBroken = true;
        registration?.Dispose();
        registration = null;
        if (Error is { } error)
            EventFd.Signal(error);
        broken($"the driver of queue {index} is broken: {reason}");
    }
}
