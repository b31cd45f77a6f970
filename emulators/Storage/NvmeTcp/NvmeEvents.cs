using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>Dword 0 of an asynchronous event's completion: type, information, log page (NVMe base specification 2.0 §5.2).</summary>
internal enum NvmeEvent : uint
{
    NamespaceChanged = 0x02 | (LogPage.ChangedNamespaces << 16),
    AnaChanged = 0x02 | (0x03 << 8) | (LogPage.AnaGroups << 16),
    DiscoveryChanged = 0x02 | (0xf0 << 8) | (LogPage.Discovery << 16),
}

/// <summary>
/// Events of one controller. A request for one is held until something happens; an event that was told is not told again before the host
/// has read its log page.
/// </summary>
/// <param name="complete">Completes a held request.</param>
internal sealed class NvmeEvents(Action<ushort, NvmeEvent> complete)
{
    private readonly Lock gate = new();
    private readonly Queue<ushort> held = new();
    private readonly List<NvmeEvent> waiting = [];
    private readonly HashSet<NvmeEvent> told = [];

    /// <summary>Feature 0Bh: which events the host wants.</summary>
    public uint Configuration { get; set; }

    /// <summary>False when as many are held as may be.</summary>
    public bool TryHold(ushort commandId)
    {
        lock (gate)
        {
            if (held.Count >= NvmeLimits.EventRequestsMax)
                return false;
            held.Enqueue(commandId);
        }
        Tell();
        return true;
    }

    /// <summary>The namespace changed since its log page was read.</summary>
    public bool IsNamespaceChanged { get; private set; }

    /// <returns>False when the host does not want to hear of it, or has nothing to be told by.</returns>
    public bool Raise(NvmeEvent what)
    {
        bool isHeard;
        lock (gate)
        {
            IsNamespaceChanged |= what == NvmeEvent.NamespaceChanged;
            if ((Configuration & WantedBy(what)) == 0)
                return false;
            isHeard = held.Count > 0;
            if (waiting.Contains(what) || told.Contains(what))
                return isHeard;
            waiting.Add(what);
        }
        Tell();
        return isHeard;
    }

    /// <summary>Forgets requests, events and what the host wants, as a controller reset does.</summary>
    /// <returns>The requests.</returns>
    public IReadOnlyList<ushort> Reset()
    {
        lock (gate)
        {
            ushort[] forgotten = [.. held];
            held.Clear();
            waiting.Clear();
            told.Clear();
            Configuration = 0;
            return forgotten;
        }
    }

    /// <summary>The host has read a log page: what changed since is news.</summary>
    public void Read(byte page)
    {
        lock (gate)
        {
            told.RemoveWhere(what => (byte)((uint)what >> 16) == page);
            if (page == LogPage.ChangedNamespaces)
                IsNamespaceChanged = false;
        }
    }

    private void Tell()
    {
        while (true)
        {
            ushort commandId;
            NvmeEvent what;
            lock (gate)
            {
                if (held.Count == 0 || waiting.Count == 0)
                    return;
                commandId = held.Dequeue();
                what = waiting[0];
                waiting.RemoveAt(0);
                told.Add(what);
            }
            complete(commandId, what);
        }
    }

    private static uint WantedBy(NvmeEvent what) => what switch
    {
        NvmeEvent.NamespaceChanged => 1 << 8,
        NvmeEvent.AnaChanged => 1 << 11,
        _ => 1u << 31,
    };
}
