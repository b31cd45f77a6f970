using System.Buffers.Binary;
using System.Net;
using Lab.Protocols.Ipmi.Lan;

namespace Lab.Emulators.Bmc.Ipmi.Sessions;

/// <summary>Sessions and begun logins of one machine's LAN channel, both bounded in number and time.</summary>
public sealed class SessionTable(TimeProvider time, FillRandom fillRandom)
{
    private readonly Lock gate = new();
    private readonly Dictionary<uint, PendingLogin> pending = [];
    private readonly Dictionary<uint, LanSession> active = [];

    /// <summary>A session ended, by whatever cause; raised on any thread.</summary>
    public event Action<LanSession>? Ended;

    /// <summary>A login got its RAKP 2 and nothing came of it; raised on any thread.</summary>
    internal event Action<PendingLogin>? Abandoned;

    public IReadOnlyList<LanSession> Active
    {
        get
        {
            DropExpired();
            lock (gate)
                return [.. active.Values.OrderBy(session => session.Handle)];
        }
    }

    internal int PendingCount
    {
        get
        {
            DropExpired();
            lock (gate)
                return pending.Count;
        }
    }

    public LanSession? Find(uint id)
    {
        DropExpired();
        lock (gate)
            return active.GetValueOrDefault(id);
    }

    /// <returns>False when it had ended already.</returns>
    public bool Close(LanSession session)
    {
        lock (gate)
            if (!active.Remove(session.Id))
                return false;
        Ended?.Invoke(session);
        return true;
    }

    public void CloseAll()
    {
        foreach (var session in Active)
            Close(session);
    }

    internal PendingLogin Begin(Func<uint, PendingLogin> create)
    {
        DropExpired();
        PendingLogin? displaced = null;
        PendingLogin begun;
        lock (gate)
        {
            if (pending.Count >= SessionLimits.PendingMax)
                pending.Remove(pending.Values.MinBy(login => login.Begun)!.Id, out displaced);
            begun = create(FreeId());
            pending.Add(begun.Id, begun);
        }
        if (displaced is not null)
            Report([displaced]);
        return begun;
    }

    /// <summary>Takes the oldest logins of a user as abandoned, so that one more can wait for its RAKP 3.</summary>
    internal void MakeRoomFor(string userName)
    {
        DropExpired();
        List<PendingLogin> abandoned;
        lock (gate)
        {
            abandoned =
            [
                .. pending.Values.Where(login => login.Rakp?.User.Name == userName).OrderByDescending(login => login.Begun)
                    .Skip(SessionLimits.UnresolvedMax - 1),
            ];
            foreach (var login in abandoned)
                pending.Remove(login.Id);
        }
        Report(abandoned);
    }

    internal PendingLogin? FindPending(uint id)
    {
        DropExpired();
        lock (gate)
            return pending.GetValueOrDefault(id);
    }

    /// <summary>The login that the same console began with the same request; its answer was lost.</summary>
    internal PendingLogin? FindPending(OpenSessionRequest request, EndPoint remote)
    {
        lock (gate)
            return pending.Values.FirstOrDefault(login => login.Rakp is null && login.Request == request && login.Remote.Equals(remote));
    }

    internal void Update(PendingLogin login)
    {
        lock (gate)
            if (pending.ContainsKey(login.Id))
                pending[login.Id] = login;
    }

    internal void Abandon(PendingLogin login)
    {
        lock (gate)
            pending.Remove(login.Id);
    }

    /// <summary>Turns a login into a session.</summary>
    /// <returns>Null when there are too many, or the login ended meanwhile.</returns>
    internal LanSession? Activate(PendingLogin login, RakpProgress rakp, SessionKeys keys)
    {
        DropExpired();
        lock (gate)
        {
            if (!pending.Remove(login.Id) || active.Count >= SessionLimits.SessionsMax)
                return null;
            var handle = (byte)Enumerable.Range(1, SessionLimits.SessionsMax).First(n => active.Values.All(s => s.Handle != n));
            var session = new LanSession(
                login.Id, login.Request.ConsoleSessionId, handle, keys, rakp.User, rakp.Message.Privilege, login.Remote, time, fillRandom);
            active.Add(session.Id, session);
            return session;
        }
    }

    private void DropExpired()
    {
        List<LanSession> expired;
        List<PendingLogin> late;
        lock (gate)
        {
            late = [.. pending.Values.Where(login => time.GetElapsedTime(login.Begun) > SessionLimits.LoginTime)];
            foreach (var login in late)
                pending.Remove(login.Id);
            expired = [.. active.Values.Where(session => session.IsExpired)];
        }
        foreach (var session in expired)
            Close(session);
        Report(late);
    }

    private void Report(List<PendingLogin> abandoned)
    {
        foreach (var login in abandoned.Where(login => login.Rakp is not null))
            Abandoned?.Invoke(login);
    }

    // An id says nothing of others and is not used again soon.
    private uint FreeId()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        while (true)
        {
            fillRandom(bytes);
            var id = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            if (id != 0 && !pending.ContainsKey(id) && !active.ContainsKey(id))
                return id;
        }
    }
}
