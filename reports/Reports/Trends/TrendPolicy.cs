namespace Lab.Reports.Trends;

/// <summary>When a step counts. Rates of false alarms and of steps found with these values: <see cref="TrendSelfTest"/>.</summary>
public sealed record TrendPolicy
{
    public static TrendPolicy Default { get; } = new();

    /// <summary>Two-sided, of the test of means at the best split.</summary>
    public double Alpha { get; init; } = 0.001;

    /// <summary>Nights that each side of a split needs at least.</summary>
    public int SideMin { get; init; } = 3;

    /// <summary>Least relative change that counts, of a change point and of an alarm.</summary>
    public double EffectMin { get; init; } = 0.03;

    /// <summary>Nights before a night that the alarm takes its limits from.</summary>
    public int Window { get; init; } = 14;

    /// <summary>Fewer nights than this give no limits.</summary>
    public int WindowMin { get; init; } = 7;

    /// <summary>Half of the limits' width, in standard deviations as the MAD estimates them.</summary>
    public double Deviations { get; init; } = 3;

    /// <summary>A distance from the median that one in so many of the <see cref="UsualWindow"/> nights before have is within the limits: it is what the series does.</summary>
    public int UsualOneIn { get; init; } = 6;

    /// <summary>Nights that know what is usual: more than <see cref="Window"/>, since a series of two modes may be in one of them for a fortnight.</summary>
    public int UsualWindow { get; init; } = 28;

    /// <summary>Nights beyond the limits, in a row and on one side, that make an alarm.</summary>
    public int AlarmNights { get; init; } = 2;

    /// <summary>Days, up to the newest night, in which a regression must have begun to count as recent.</summary>
    public int RecentDays { get; init; } = 14;

    /// <summary>Days between an annotation's date and a step that it explains: a change point's night is an estimate.</summary>
    public int AnnotationReachDays { get; init; } = 3;

    /// <summary>Last nights whose median says whether a series is back where it was.</summary>
    public int RecoveryNights { get; init; } = 3;
}
