using System.Globalization;

namespace Lab.Cli.Commands;

/// <summary>Times as users write them: a date, a time (ISO 8601, UTC unless it says otherwise), or an age such as 90d.</summary>
internal static class TimeArgument
{
    /// <exception cref="UsageException">It is none of these.</exception>
    public static DateTimeOffset Parse(string text)
    {
        if (TryAge(text, out var age))
            return TimeProvider.System.GetUtcNow() - age;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new UsageException($"'{text}' is neither a time (2026-11-25, 2026-11-25T18:00Z) nor an age (90d, 12h, 4w)");
    }

    /// <exception cref="UsageException">It is no age.</exception>
    public static TimeSpan ParseAge(string text) =>
        TryAge(text, out var age) ? age : throw new UsageException($"'{text}' is not an age: write 90d, 12h or 4w");

    private static bool TryAge(string text, out TimeSpan age)
    {
        var unit = text.Length == 0 ? default : text[^1] switch
        {
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            'w' => TimeSpan.FromDays(7),
            _ => default,
        };
        // Four digits of weeks are 190 years; more would leave the calendar.
        var isAge = unit != default && text.Length <= 5 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out _);
        age = isAge ? unit * int.Parse(text[..^1], CultureInfo.InvariantCulture) : default;
        return isAge;
    }
}
