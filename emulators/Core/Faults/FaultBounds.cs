namespace Lab.Emulators.Faults;

/// <summary>How often a fault acts, and until when: what the faults of every emulator have in common.</summary>
public abstract record FaultBounds
{
    /// <summary>How often it acts; null is without end.</summary>
    public int? CountMax { get; init; }

    /// <summary>How long it acts from when it was set; null is without end.</summary>
    public double? Seconds { get; init; }

    /// <summary>Share of what it is for, 0 to 1; null is all.</summary>
    public double? Probability { get; init; }

    /// <summary>Of all its random numbers.</summary>
    public int Seed { get; init; }

    /// <exception cref="InvalidDataException">A bound cannot be.</exception>
    protected void CheckBounds()
    {
        if (CountMax < 1 || Seconds is <= 0 or double.NaN || Probability is not (null or (>= 0 and <= 1)))
            throw new InvalidDataException("a fault's count is at least 1, its seconds are more than 0, its probability is 0 to 1");
    }
}

/// <summary>Says of each matching request whether a fault acts on it. Safe from several threads.</summary>
public sealed class FaultTrigger(FaultBounds bounds, DateTimeOffset since)
{
    private readonly Lock gate = new();
    private readonly Random random = new(bounds.Seed);

    /// <summary>How often it acted.</summary>
    public int Count { get; private set; }

    /// <summary>It will act no more.</summary>
    public bool IsOver(DateTimeOffset now) =>
        Count >= bounds.CountMax || (bounds.Seconds is { } seconds && now - since >= TimeSpan.FromSeconds(seconds));

    public bool TryAct(DateTimeOffset now)
    {
        lock (gate)
        {
            if (IsOver(now) || (bounds.Probability is { } share && random.NextDouble() >= share))
                return false;
            Count++;
            return true;
        }
    }

    /// <summary>From 0 to 1, the same sequence for the same seed.</summary>
    public double Draw()
    {
        lock (gate)
            return random.NextDouble();
    }
}
