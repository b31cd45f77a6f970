namespace Lab.Harness.Doctor;

public enum FindingState
{
    Good,

    /// <summary>The lab runs without it, slower or with less.</summary>
    Degraded,
    Missing,
}

/// <param name="Subject">What was looked at.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Mend">How to mend it; null when it is good.</param>
public sealed record Finding(string Subject, FindingState State, string Detail, string? Mend = null);
