namespace Lab.Reports.Tests.Store;

/// <summary>
/// Prints what a year of nights costs. On two cores that do nothing else it must be indexed in 20 s and read in 2 s within 500 MiB;
/// a machine that is shared is held to the CPU time of these.
/// </summary>
public sealed class StoreFiguresTests(ITestOutputHelper output) : RunsFixture
{
    private const int Nights = 365;
    private const int Metrics = 200;
    private const double ImportCpuSeconds = 2 * 20;
    private const double HistoryCpuSeconds = 2 * 2;
    private const long MemoryBytes = 500L << 20;

    [Fact]
    public async Task Year_OfNights_IsIndexedAndReadWithinItsLimits()
    {
        YearOfNights.Write(Runs, Nights, Metrics);
        using var child = StoreChild.Start(Runs);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, child.ExitCode);

        var figures = await StoreChild.ReadFiguresAsync(Runs);
        output.WriteLine(StoreChild.Text(figures));
        Assert.Equal((Nights, Nights * Metrics), (figures.Runs, figures.Points));
        Assert.InRange(figures.ImportCpu, 0, ImportCpuSeconds);
        Assert.InRange(figures.HistoryCpu, 0, HistoryCpuSeconds);
        Assert.InRange(figures.PeakMemory, 0, MemoryBytes);
    }
}
