namespace Lab.Emulators.Storage.Exports;

/// <summary>The connections that are on each export, so that deleting an export can end them.</summary>
public sealed class ExportSessions
{
    private readonly Lock changing = new();
    private readonly Dictionary<string, HashSet<ExportSession>> sessions = [];

    public ExportSession Add(string export, Action abort)
    {
        var session = new ExportSession(this, export, abort);
        lock (changing)
        {
            if (!sessions.TryGetValue(export, out var all))
                sessions[export] = all = [];
            all.Add(session);
        }
        return session;
    }

    public int Count(string export)
    {
        lock (changing)
            return sessions.TryGetValue(export, out var all) ? all.Count : 0;
    }

    /// <summary>Ends every connection of an export, and does not wait.</summary>
    public void Abort(string export)
    {
        foreach (var session in Of(export))
            session.Abort();
    }

    /// <summary>Ends every connection of an export, and waits until their last requests are done.</summary>
    public async Task EndAsync(string export)
    {
        var all = Of(export);
        foreach (var session in all)
            session.Abort();
        await Task.WhenAll(all.Select(session => session.Ended));
    }

    private ExportSession[] Of(string export)
    {
        lock (changing)
            return sessions.TryGetValue(export, out var all) ? [.. all] : [];
    }

    internal void Remove(ExportSession session)
    {
        lock (changing)
            if (sessions.TryGetValue(session.Export, out var all) && all.Remove(session) && all.Count == 0)
                sessions.Remove(session.Export);
    }
}

/// <summary>One connection on an export, from its negotiation until it is disposed, after its last request.</summary>
public sealed class ExportSession(ExportSessions owner, string export, Action abort) : IDisposable
{
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Export => export;

    public Task Ended => ended.Task;

    public void Abort() => abort();

    public void Dispose()
    {
        owner.Remove(this);
        ended.TrySetResult();
    }
}
