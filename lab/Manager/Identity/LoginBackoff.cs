namespace Lab.Manager.Identity;

/// <summary>
/// Slows guessing: after <see cref="FailuresFree"/> failures in a row for one user from one address each further one doubles the
/// time during which the pair is refused without looking at the password. A success clears it. The address is part of the key,
/// so that a stranger cannot lock a user out.
/// </summary>
internal sealed class LoginBackoff(TimeProvider time)
{
    public const int FailuresFree = 5;
    public static readonly TimeSpan DelayMax = TimeSpan.FromMinutes(5);

    /// <summary>Pairs remembered; the oldest go first.</summary>
    private const int EntriesMax = 10_000;

    private readonly Lock gate = new();
    private readonly Dictionary<(string User, string Address), Entry> entries = [];

    /// <returns>How long the pair is still refused; zero when it may try.</returns>
    public TimeSpan Remaining(string user, string address)
    {
        lock (gate)
        {
            if (!entries.TryGetValue((user, address), out var entry))
                return TimeSpan.Zero;
            var remaining = entry.RefusedUntil - time.GetUtcNow();
            return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
        }
    }

    public void Failed(string user, string address)
    {
        lock (gate)
        {
            var failures = entries.TryGetValue((user, address), out var entry) ? entry.Failures + 1 : 1;
            var now = time.GetUtcNow();
            entries[(user, address)] = new Entry(failures, now + DelayAfter(failures), now);
            if (entries.Count > EntriesMax)
                entries.Remove(entries.MinBy(e => e.Value.LastFailure).Key);
        }
    }

    public void Succeeded(string user, string address)
    {
        lock (gate)
            entries.Remove((user, address));
    }

    private static TimeSpan DelayAfter(int failures)
    {
        if (failures < FailuresFree)
            return TimeSpan.Zero;
        var seconds = Math.Pow(2, Math.Min(failures - FailuresFree, 20));
        return seconds < DelayMax.TotalSeconds ? TimeSpan.FromSeconds(seconds) : DelayMax;
    }

    private sealed record Entry(int Failures, DateTimeOffset RefusedUntil, DateTimeOffset LastFailure);
}
