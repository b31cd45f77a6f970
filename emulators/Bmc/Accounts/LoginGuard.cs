namespace Lab.Emulators.Bmc.Accounts;

/// <summary>Counts failed logins of each account and locks it for a while; not kept over a restart.</summary>
internal sealed class LoginGuard(TimeProvider time)
{
    private readonly Dictionary<string, Failures> failures = [];

    internal bool IsLocked(string accountId) =>
        failures.TryGetValue(accountId, out var known) && time.GetUtcNow() < known.LockedUntil;

    internal void Failed(string accountId, AccountPolicy policy)
    {
        var now = time.GetUtcNow();
        var known = failures.GetValueOrDefault(accountId);
        var isStale = known is null || now - known.Last >= policy.LockoutCounterResetAfter;
        var count = isStale ? 1 : known!.Count + 1;
        failures[accountId] = policy.LockoutThreshold > 0 && count >= policy.LockoutThreshold
            ? new Failures(0, now, now + policy.LockoutDuration)
            : new Failures(count, now, default);
    }

    internal void Forget(string accountId) => failures.Remove(accountId);

    private sealed record Failures(int Count, DateTimeOffset Last, DateTimeOffset LockedUntil);
}
