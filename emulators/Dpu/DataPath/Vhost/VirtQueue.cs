using System.Numerics;
using Lab.Emulators.Dpu.DataPath.Statistics;
using Lab.Emulators.Dpu.Linux;
using Lab.Protocols.VhostUser;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.DataPath.Vhost;

/// <summary>
/// A split virtqueue (virtio 1.2 §2.7) on a reactor, whose thread alone touches it. The driver is not trusted: what it can change is read
/// once and checked, and when it is broken the queue stops, and nothing else does.
/// </summary>
internal sealed unsafe class VirtQueue(int index, VhostBlkDevice device, Action<string> broken) : IReactorHandler
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

    /// <summary>
    /// The ring is described anew: after a reset of the device another driver may do better than the one that broke it. The size is the
    /// driver's choice, so one that cannot be is found when the ring starts, and breaks this queue, not the front end's connection.
    /// </summary>
    /// <exception cref="VhostException">The ring is in use.</exception>
    public void SetSize(uint entries)
    {
        if (IsRunning)
            throw new VhostException("a ring in use is described anew");
        Size = entries <= SizeMax && BitOperations.IsPow2(entries) ? (ushort)entries : (ushort)0;
        requests = new VhostRequest?[Size];
        busy = new bool[Size];
        isBroken = false;
    }

    /// <summary>Takes the descriptor, which may come in place of one that is waited for.</summary>
    public void SetKick(SafeFileHandle kick)
    {
        var isWaitedFor = registration is not null;
        registration?.Dispose();
        registration = null;
        Kick?.Dispose();
        Kick = kick;
        if (isWaitedFor)
            registration = reactor!.Register(kick, ReactorEvents.Readable, this);
    }

    /// <summary>
    /// Takes the descriptor, and signals it: an earlier life may have been killed between an entry in the used ring and the call for it,
    /// and no later entry would make up for that (§2.7.7.1). A driver bears a call for nothing.
    /// </summary>
    public void SetCall(SafeFileHandle? call)
    {
        Call?.Dispose();
        Call = call;
        if (call is not null)
            EventFd.Signal(call);
    }

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
        nextUsed = Volatile.Read(ref UsedIndex);
        var again = Inflight?.Recover(nextUsed) ?? [];
        nextAvailable = again.Count > 0 ? (ushort)(nextUsed + again.Count) : Base;
        IsRunning = true;
        registration = reactor.Register(Kick!, ReactorEvents.Readable, this);
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
        if (underWay == 0)
            return Task.CompletedTask;
        return (drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    public void OnReady(ReactorEvents events)
    {
        EventFd.Clear(Kick!);
        Process();
    }

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
        // The driver's wish is read after it can see the entry.
        Interlocked.MemoryBarrier();
        var isWanted = UsesEventIndex ? Volatile.Read(ref UsedEvent) == (ushort)(nextUsed - 1) : (Volatile.Read(ref AvailableFlags) & NoInterrupt) == 0;
        if (isWanted && Call is { } call)
            EventFd.Signal(call);
        if (request.Sample is { } sample)
            sampler.End(sample, isDone);
        if (--underWay == 0)
            Interlocked.Exchange(ref drained, null)?.SetResult();
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

    public void CloseDescriptors()
    {
        Kick?.Dispose();
        Call?.Dispose();
        Error?.Dispose();
        (Kick, Call, Error) = (null, null, null);
    }

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

    /// <summary>The size and the addresses are the driver's choice; the memory of requests under way is as large as the front end thought.</summary>
    private bool TryLocate(out string reason)
    {
        reason = "its ring is started before it is described, or of a size that cannot be";
        if (Size == 0 || Address is not { } address || Kick is null || device.Memory is not { } memory)
            return false;
        reason = $"its ring of {Size} entries is larger than the memory of requests under way";
        if (Inflight is not null && Inflight.Size < Size)
            return false;
        reason = "its ring is not in the memory that was granted";
        table = (VirtqDescriptor*)memory.FindUser(address.Descriptors, (ulong)Size * VirtqDescriptor.Bytes);
        available = (ushort*)memory.FindUser(address.Available, 6 + (2ul * Size));
        used = (ushort*)memory.FindUser(address.Used, 6 + ((ulong)Size * UsedEntryBytes));
        return table is not null && available is not null && used is not null && (nint)table % 16 == 0 && (nint)available % 2 == 0 && (nint)used % 4 == 0;
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
