using System.Collections.Concurrent;
using Lab.Contracts.Link;

namespace Lab.Manager.Link;

/// <summary>The agents that are connected now. Of two connections of one node the newer one counts and the older is closed.</summary>
internal sealed class AgentRegistry
{
    private readonly ConcurrentDictionary<Guid, AgentSession> sessions = new();
    private TaskCompletionSource connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when one more agent connects. Take it before looking who is there.</summary>
    public Task NextConnection => Volatile.Read(ref connected).Task;

    public AgentSession? Find(Guid nodeId) => sessions.GetValueOrDefault(nodeId);

    public bool IsConnected(Guid nodeId) => sessions.ContainsKey(nodeId);

    public void Add(Guid nodeId, AgentSession session)
    {
        AgentSession? older = null;
        sessions.AddOrUpdate(nodeId, session, (_, known) =>
        {
            older = known;
            return session;
        });
        if (older is not null && older != session)
            older.Close();
        Interlocked.Exchange(ref connected, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    public void Remove(Guid nodeId, AgentSession session) => sessions.TryRemove(new(nodeId, session));

    /// <summary>Gives the node's agent, when it is connected, its newest spec.</summary>
    public void Push(Guid nodeId, NodeSpec spec) => Find(nodeId)?.Push(spec);
}
