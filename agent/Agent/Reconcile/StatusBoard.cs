using System.Text.Json;
using Lab.Contracts.Link;

namespace Lab.Agent.Reconcile;

/// <summary>The node's status now, and a wake-up for the link whenever it is another.</summary>
public sealed class StatusBoard(TimeProvider time) : IDisposable
{
    private readonly Signal changed = new(time);
    private string text = "";

    /// <summary>Null before the first observation.</summary>
    public NodeStatus? Latest { get; private set; }

    public void Publish(NodeStatus status)
    {
        var fresh = JsonSerializer.Serialize(status, LinkJson.Default.NodeStatus);
        if (fresh == text)
            return;
        text = fresh;
        Latest = status;
        changed.Set();
    }

    /// <summary>Returns at a change, or after <paramref name="timeMax"/>.</summary>
    public Task WaitAsync(TimeSpan timeMax, CancellationToken token) => changed.WaitAsync(timeMax, token);

    public void Dispose() => changed.Dispose();
}
