namespace Lab.Contracts.Tests.Runs;

internal sealed class ManualTime : TimeProvider
{
    public static readonly DateTimeOffset Epoch = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public DateTimeOffset Now { get; set; } = Epoch;

    public override DateTimeOffset GetUtcNow() => Now;
}
