namespace Lab.Emulators.Qos;

/// <summary>
/// Tokens that come at a rate and are spent by requests. A request may be larger than what is there: it goes when anything is left, and
/// the debt is paid before the next; so a request larger than the burst passes, and the rate holds in the long run.
/// </summary>
public struct TokenBucket
{
    /// <summary>Seconds of its rate that an unused bucket keeps.</summary>
    private const double BurstSeconds = 0.1;

    private double tokens;

    /// <summary>Tokens per second; 0 is unlimited.</summary>
    public double Rate { get; private set; }

    public readonly bool IsOpen => Rate == 0 || tokens > 0;

    /// <summary>Seconds until a token is there.</summary>
    public readonly double WaitSeconds => IsOpen ? 0 : -tokens / Rate;

    /// <summary>A new rate; a bucket that was unlimited begins full, a debt stays.</summary>
    public void Change(double rate)
    {
        tokens = Rate == 0 ? rate * BurstSeconds : Math.Min(tokens, rate * BurstSeconds);
        Rate = rate;
    }

    public void Refill(double seconds) => tokens = Math.Min(tokens + (seconds * Rate), Rate * BurstSeconds);

    public void Take(double count)
    {
        if (Rate > 0)
            tokens -= count;
    }
}
