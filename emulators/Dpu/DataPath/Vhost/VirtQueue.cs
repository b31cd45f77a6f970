using System.Runtime.InteropServices;
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
    private Reactor.Registration? registration;
    private VhostRequest?[] requests = [];
    private bool[] busy = [];
    private VirtqDescriptor* table;
    private ushort* available;
    private ushort* used;
    private ushort nextAvailable;
    private ushort nextUsed;
    private bool isBroken;
    private int underWay;
    private TaskCompletionSource? drained;

    public ushort Size { get; private set; }

    public ushort Base { get; set; }

    public VringAddress? Address { get; set; }

    public SafeFileHandle? Kick { get; set; }

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

    /// <exception cref="VhostException">No ring has so many entries.</exception>
    public void SetSize(uint entries)
    {
        if (IsRunning || entries is 0 or > SizeMax || (entries & (entries - 1)) != 0)
            throw new VhostException($"a ring of {entries} entries");
        Size = (ushort)entries;
        requests = new VhostRequest?[entries];
        busy = new bool[entries];
    }

    /// <summary>Begins to serve, first what an earlier life left undone.</summary>
    /// <exception cref="VhostException">The ring is not where memory was granted.</exception>
    public void Start(Reactor reactor)
    {
        if (IsRunning || isBroken)
            return;
        Locate();
        nextUsed = Volatile.Read(ref UsedIndex);
        var again = Inflight?.Recover(nextUsed) ?? [];
        nextAvailable = again.Count > 0 ? (ushort)(nextUsed + again.Count) : Base;
        IsRunning = true;
        registration = reactor.Register(Kick!, ReactorEvents.Readable, this);
        foreach (var head in again)
            Submit(head, isAgain: true);
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

    public void Finish(VhostRequest request, uint written)
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
        if (--underWay == 0)
            Interlocked.Exchange(ref drained, null)?.SetResult();
    }

    /// <summary>Does what the driver has made available.</summary>
    public void Process()
    {
        if (!IsRunning || !IsEnabled || isBroken)
            return;
        do
        {
            SetNotifications(isWanted: false);
            for (var end = Volatile.Read(ref AvailableIndex); end != nextAvailable && IsRunning && !isBroken; end = Volatile.Read(ref AvailableIndex))
            {
                if ((ushort)(end - nextAvailable) > Size)
                {
                    Break("its index runs ahead of the ring");
                    return;
                }
                var head = Volatile.Read(ref available[2 + (nextAvailable & (Size - 1))]);
                nextAvailable++;
                Submit(head, isAgain: false);
            }
            device.Channel!.Kick();
            SetNotifications(isWanted: true);
            Interlocked.MemoryBarrier();
        }
        while (IsRunning && !isBroken && Volatile.Read(ref AvailableIndex) != nextAvailable);
    }

    public void CloseDescriptors()
    {
        Kick?.Dispose();
        Call?.Dispose();
        Error?.Dispose();
        (Kick, Call, Error) = (null, null, null);
    }

    private void Locate()
    {
        var memory = device.Memory ?? throw new VhostException("a ring is started before there is memory");
        if (Size == 0 || Address is not { } address || Kick is null)
            throw new VhostException("a ring is started before it is described");
        table = (VirtqDescriptor*)memory.FindUser(address.Descriptors, (ulong)Size * VirtqDescriptor.Bytes);
        available = (ushort*)memory.FindUser(address.Available, 6 + (2ul * Size));
        used = (ushort*)memory.FindUser(address.Used, 6 + ((ulong)Size * UsedEntryBytes));
        if (table is null || available is null || used is null || (nint)table % 16 != 0 || (nint)available % 2 != 0 || (nint)used % 4 != 0)
            throw new VhostException("a ring that is not in the memory that was granted");
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
        try
        {
            chain.Read(table, Size, head, device.Memory!, device.Features.HasFlag(VirtioFeatures.IndirectDescriptors));
            var request = requests[head] ??= new VhostRequest(this, head);
            if (!isAgain)
                Inflight?.Begin(head);
            busy[head] = true;
            underWay++;
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
