using System.Diagnostics;
using Lab.Harness.Processes;

namespace Lab.Harness.Tests.Images;

/// <summary>The probe OS's lab-durable finds what a disk did wrong; here the disk is a file, and the test does it.</summary>
public sealed class DurableToolTests : IAsyncLifetime
{
    private const int Block = 4096;
    private const int Blocks = 512;
    private const int Generations = 20;
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("lab-durable-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Program => Path.Combine(directory.FullName, "lab-durable");

    public async ValueTask InitializeAsync() =>
        await Tool.RunAsync("tcc", ["-Wall", "-Werror", "-o", Program, Path.Combine(AppContext.BaseDirectory, "lab-durable.c")], Token);

    public ValueTask DisposeAsync()
    {
        directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Verify_OfWhatWasWritten_FindsNothing()
    {
        var disk = await WrittenAsync("a", volume: 1);
        Assert.Equal((0, "lost=0 torn=0 foreign=0"), await VerifyAsync(disk, volume: 1, Generations));
    }

    [Fact]
    public async Task Verify_OfADiskThatWentOnUnacknowledged_FindsNothing()
    {
        var disk = await WrittenAsync("a", volume: 1);
        Assert.Equal((0, "lost=0 torn=0 foreign=0"), await VerifyAsync(disk, volume: 1, acknowledged: Generations - 3));
    }

    [Fact]
    public async Task Verify_OfALostFlush_FindsEveryBlockOfIt()
    {
        var disk = await WrittenAsync("a", volume: 1, generations: Generations - 1);
        var before = await File.ReadAllBytesAsync(disk, Token);
        await WriteAsync(disk, volume: 1, first: Generations, count: 1);
        var changed = Changed(before, await File.ReadAllBytesAsync(disk, Token));
        await File.WriteAllBytesAsync(disk, before, Token);
        Assert.NotEmpty(changed);
        Assert.Equal((1, $"lost={changed.Count} torn=0 foreign=0"), await VerifyAsync(disk, volume: 1, Generations));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(2048)]
    [InlineData(100)]
    public async Task Verify_OfABlockThatIsPartlyOlder_FindsItTorn(int newer)
    {
        var disk = await WrittenAsync("a", volume: 1, generations: Generations - 1);
        var before = await File.ReadAllBytesAsync(disk, Token);
        await WriteAsync(disk, volume: 1, first: Generations, count: 1);
        var after = await File.ReadAllBytesAsync(disk, Token);
        var block = Changed(before, after)[0];
        before.AsSpan((block * Block) + newer, Block - newer).CopyTo(after.AsSpan((block * Block) + newer));
        await File.WriteAllBytesAsync(disk, after, Token);
        Assert.Equal((1, "lost=0 torn=1 foreign=0"), await VerifyAsync(disk, volume: 1, Generations));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public async Task Verify_OfASectorFromElsewhere_FindsItForeign(int volume)
    {
        var disk = await WrittenAsync("a", volume: 1);
        var other = await File.ReadAllBytesAsync(volume == 1 ? disk : await WrittenAsync("b", volume), Token);
        var bytes = await File.ReadAllBytesAsync(disk, Token);
        var from = Changed(new byte[other.Length], other);
        var to = Changed(new byte[bytes.Length], bytes)[0];
        other.AsSpan(from[^1] * Block, 512).CopyTo(bytes.AsSpan(to * Block));
        await File.WriteAllBytesAsync(disk, bytes, Token);
        Assert.Equal((1, "lost=0 torn=0 foreign=1"), await VerifyAsync(disk, volume: 1, Generations));
    }

    [Theory]
    [InlineData("write")]
    [InlineData("write disk 1 512")]
    [InlineData("write disk one 512 1")]
    [InlineData("write disk 1 512 0")]
    [InlineData("write disk 1 513 1 1")]
    [InlineData("verify disk 1 9999999 1")]
    [InlineData("forget disk 1 512 1")]
    public async Task Arguments_Wrong_AreRefused(string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardError = true })!;
        Assert.Contains("usage:", await process.StandardError.ReadToEndAsync(Token), StringComparison.Ordinal);
        await process.WaitForExitAsync(Token);
        Assert.Equal(2, process.ExitCode);
    }

    private async Task<string> WrittenAsync(string name, int volume, int generations = Generations)
    {
        var disk = Path.Combine(directory.FullName, name);
        await using (var file = File.Create(disk))
            file.SetLength(Blocks * Block);
        await WriteAsync(disk, volume, first: 1, generations);
        return disk;
    }

    private Task<string> WriteAsync(string disk, int volume, int first, int count) =>
        Tool.RunAsync(Program, ["write", disk, $"{volume}", $"{Blocks}", "-n", $"{count}", $"{first}", $"{first}"], Token);

    private async Task<(int Code, string Found)> VerifyAsync(string disk, int volume, int acknowledged)
    {
        using var process = Process.Start(
            new ProcessStartInfo(Program, ["verify", disk, $"{volume}", $"{Blocks}", $"{acknowledged}", $"{acknowledged}"]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return (process.ExitCode, output.TrimEnd()[output.IndexOf(" lost=", StringComparison.Ordinal)..].Trim());
    }

    private static List<int> Changed(byte[] before, byte[] after) =>
        [.. Enumerable.Range(0, Blocks).Where(block => !before.AsSpan(block * Block, Block).SequenceEqual(after.AsSpan(block * Block, Block)))];
}
