using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;

namespace Lab.Emulators.Bmc.Accounts;

/// <param name="Origin">Address of the client that made it.</param>
public sealed record Session(string Id, string UserName, string AccountId, DateTimeOffset CreatedTime, string? Origin);

/// <summary>Sessions with an idle time limit (DSP0266 §13.3.4). Not kept over a restart: clients log in again.</summary>
public sealed class SessionStore(TimeProvider time)
{
    public const int SessionsMax = 64;

    private const int TokenBytes = 32;
    private readonly ConcurrentDictionary<string, Entry> byToken = new();
    private int lastId;

    /// <summary>A session ends this long after its last use.</summary>
    public TimeSpan IdleTime { get; set; } = TimeSpan.FromMinutes(30);

    public IReadOnlyList<Session> All
    {
        get
        {
            DropExpired();
            return [.. byToken.Values.Select(entry => entry.Session).OrderBy(s => int.Parse(s.Id, CultureInfo.InvariantCulture))];
        }
    }

    /// <returns>Null when there are <see cref="SessionsMax"/> already.</returns>
    public (Session Session, string Token)? Create(Account account, string? origin)
    {
        DropExpired();
        if (byToken.Count >= SessionsMax)
            return null;
        var id = Interlocked.Increment(ref lastId).ToString(CultureInfo.InvariantCulture);
        var session = new Session(id, account.UserName, account.Id, time.GetUtcNow(), origin);
        var token = Convert.ToHexString(RandomNumberGenerator.GetBytes(TokenBytes));
        byToken[token] = new Entry(session, time.GetTimestamp());
        return (session, token);
    }

    /// <summary>The session a token stands for, whose idle time starts anew.</summary>
    public Session? Use(string token)
    {
        DropExpired();
        if (!byToken.TryGetValue(token, out var entry))
            return null;
        byToken[token] = entry with { LastUse = time.GetTimestamp() };
        return entry.Session;
    }

    public bool Delete(string id) =>
        byToken.FirstOrDefault(pair => pair.Value.Session.Id == id) is { Key: { } token } && byToken.TryRemove(token, out _);

    /// <summary>An account that changed keeps no session but the one it was changed in.</summary>
    public void DeleteOf(string accountId, string? exceptId = null)
    {
        foreach (var (token, entry) in byToken)
            if (entry.Session.AccountId == accountId && entry.Session.Id != exceptId)
                byToken.TryRemove(token, out _);
    }

    public void DeleteAll() => byToken.Clear();

    private void DropExpired()
    {
        foreach (var (token, entry) in byToken)
            if (time.GetElapsedTime(entry.LastUse) > IdleTime)
                byToken.TryRemove(token, out _);
    }

    private sealed record Entry(Session Session, long LastUse);
}
