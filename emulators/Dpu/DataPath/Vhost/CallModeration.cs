using System.Diagnostics;

namespace Lab.Emulators.Dpu.DataPath.Vhost;

/// <summary>
/// How many requests end before a ring's driver is called (interrupt coalescing). A driver that waits for each answer is called for each,
/// at once; one that goes on to ask while it has not been told is called for several together. Which of both it is cannot be seen from the
/// ring of a guest that is slower than its disk, so it is tried: now and then a call is held back, and what the driver does then decides.
/// </summary>
internal sealed class CallModeration
{
    /// <summary>A call is held back for at most so many pauses, however much comes.</summary>
    public const int PausesMax = 3;

    /// <summary>A driver that asks for nothing new for as long as so many of its requests usually take waits for an answer.</summary>
    private const int PauseRequests = 4;

    private static readonly long PauseMin = Stopwatch.Frequency / 20_000;
    private static readonly long PauseMax = Stopwatch.Frequency / 1_000;

    /// <summary>For fewer it is not worth while: a driver with two requests under way would lose more time than it saves.</summary>
    private const int TargetMin = 3;
    private const int TargetMax = 8;

    /// <summary>Calls that went well before one more request is wanted, and what a pause costs: it takes as long as so many interrupts.</summary>
    private const int Step = 64;

    /// <summary>Calls before the next trial, when all were in vain.</summary>
    private const int DebtMax = 1024;

    /// <summary>Below zero, each request has its call.</summary>
    private int credit = -Step;
    private int debt = Step;
    private long interval = PauseMax / PauseRequests;
    private long seenAt;

    /// <summary>Requests of one call.</summary>
    private int Target => credit < 0 ? 1 : Math.Min(TargetMin + (credit / Step), TargetMax);

    public bool IsEnough(int ended) => ended >= Target;

    /// <summary>A call is held back.</summary>
    /// <param name="asked">Requests since the last one that was.</param>
    /// <param name="now">By <see cref="Stopwatch"/>.</param>
    /// <returns>How long the driver may ask for nothing new.</returns>
    public TimeSpan Hold(int asked, long now)
    {
        if (asked > 0)
            interval += (Math.Min((now - seenAt) / asked, PauseMax) - interval) / 4;
        seenAt = now;
        return Stopwatch.GetElapsedTime(0, Math.Clamp(interval * PauseRequests, PauseMin, PauseMax));
    }

    /// <summary>As many as wanted had ended.</summary>
    public void OnEnough()
    {
        if (credit >= 0)
            debt = Math.Max(debt / 2, Step);
        if (credit < Step * TargetMax)
            credit++;
    }

    /// <summary>The driver was kept waiting for the answer to all that it asked for, or for long.</summary>
    public void OnPause()
    {
        credit -= Step;
        if (credit >= 0)
            return;
        credit = -debt;
        debt = Math.Min(debt * 2, DebtMax);
    }
}
