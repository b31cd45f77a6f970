namespace Lab.Agent.Reconcile;

/// <summary>Exponential back-off with jitter: each wait is between half of and the whole of a span that doubles up to a limit.</summary>
public sealed class Backoff(TimeSpan first, TimeSpan longest, Random random)
{
    private int failures;

    public TimeSpan Next()
    {
        var span = Math.Min(first.TotalSeconds * Math.Pow(2, Math.Min(failures++, 30)), longest.TotalSeconds);
        return TimeSpan.FromSeconds(span * (0.5 + random.NextDouble() / 2));
    }

    public void Reset() => failures = 0;
}
