using System.Collections.Immutable;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

internal enum PathUsability
{
    /// <summary>It will not come back, or has no such namespace.</summary>
    Never,

    /// <summary>Not connected, or ANA says that the namespace cannot be reached over it; that may change.</summary>
    NotNow,
    NonOptimized,
    Optimized,
}

/// <summary>
/// A controller as one reactor sees it: its queue, when there is one. Everything here is the reactor's; the controller posts what it has
/// to say.
/// </summary>
/// <param name="refreshAna">Asks the controller for its ANA states.</param>
internal sealed class IoPath(Action refreshAna, Reactor reactor, ushort queueId)
{
    private readonly List<NvmeChannel> channels = [];
    private ImmutableDictionary<uint, PathUsability> namespaces = ImmutableDictionary<uint, PathUsability>.Empty;
    private bool isHopeless;

    public Reactor Reactor => reactor;

    /// <summary>Number of the queue pair, from 1.</summary>
    public ushort QueueId => queueId;

    /// <summary>Null while there is no connection.</summary>
    public IoQueue? Queue { get; private set; }

    public PathUsability UsabilityOf(uint nsid) => (Queue, isHopeless) switch
    {
        (not null, _) => namespaces.GetValueOrDefault(nsid, PathUsability.Never),
        (null, true) => PathUsability.Never,
        _ => PathUsability.NotNow,
    };

    public void Attach(NvmeChannel channel) => channels.Add(channel);

    /// <summary>What the channel has under way is forgotten: it is the channel's to have waited.</summary>
    public void Detach(NvmeChannel channel)
    {
        channels.Remove(channel);
        Queue?.Forget(channel);
    }

    /// <summary>Which namespaces can be used over it, and how well.</summary>
    public void SetNamespaces(ImmutableDictionary<uint, PathUsability> usability)
    {
        namespaces = usability;
        OnChanged();
    }

    /// <summary>The namespace cannot be used over this path until the controller says so anew.</summary>
    public void Suspend(uint nsid)
    {
        if (namespaces.GetValueOrDefault(nsid) is PathUsability.NotNow or PathUsability.Never)
            return;
        namespaces = namespaces.SetItem(nsid, PathUsability.NotNow);
        refreshAna();
    }

    /// <summary>Not connected, and nobody should wait for it: what waits fails.</summary>
    public void GiveUpHope()
    {
        isHopeless = true;
        OnChanged();
    }

    public void Open(IoQueue queue)
    {
        Queue = queue;
        isHopeless = false;
        OnChanged();
    }

    /// <summary>Ends the queue; what was under way is replayed, over this path when it is back, or over another one at once.</summary>
    /// <param name="doubtFor">How long the target may go on executing what it was sent, unless it closes the connection.</param>
    public void Close(TimeSpan doubtFor)
    {
        if (Queue is not { } queue)
            return;
        Queue = null;
        isHopeless = false;
        var lost = queue.Close(doubtFor);
        foreach (var channel in channels)
            channel.Replay([.. lost.Where(io => io.Channel == channel)]);
        OnChanged();
    }

    /// <summary>Commands ended: there is room for others.</summary>
    public void OnRoom() => OnChanged();

    private void OnChanged()
    {
        // A channel that fails requests may be closed by its front meanwhile.
        for (var i = channels.Count - 1; i >= 0; i--)
            if (i < channels.Count)
                channels[i].OnPathChanged();
    }
}
