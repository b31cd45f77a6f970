using System.Collections.Concurrent;
using Lab.Contracts.Link;

namespace Lab.Manager.Link;

/// <summary>The last status of each node, and level-triggered waits on it.</summary>
internal sealed class NodeStatusBoard
{
    private readonly ConcurrentDictionary<Guid, Entry> entries = new();

    public NodeStatus? Find(Guid nodeId) => entries.TryGetValue(nodeId, out var entry) ? entry.Status : null;

    public void Post(Guid nodeId, NodeStatus status)
    {
        var entry = entries.GetOrAdd(nodeId, _ => new Entry());
        TaskCompletionSource changed;
        lock (entry)
        {
            entry.Status = status;
            changed = entry.Changed;
            entry.Changed = NewSignal();
        }
        changed.SetResult();
    }

    /// <summary>The status now (null before the first) and a task that ends when a newer one comes.</summary>
    public (NodeStatus? Status, Task Changed) Watch(Guid nodeId)
    {
        var entry = entries.GetOrAdd(nodeId, _ => new Entry());
        lock (entry)
            return (entry.Status, entry.Changed.Task);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Entry
    {
        public NodeStatus? Status { get; set; }
        public TaskCompletionSource Changed { get; set; } = NewSignal();
    }
}
