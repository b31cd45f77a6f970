using Lab.Emulators.Storage.Tests.Support;

namespace Lab.Emulators.Storage.Tests.Durability;

public sealed class ProgramTests
{
    [Theory]
    [InlineData("--pool is required", 2)]
    [InlineData("no ip:port", 2, "--pool", "x", "--rest", "nonsense")]
    [InlineData("no directory[:size]", 2, "--pool", "x:12QiB")]
    [InlineData("must be a loopback address", 2, "--pool", "x", "--rest", "10.20.0.2:8776")]
    [InlineData("belong together", 2, "--pool", "x", "--tls-cert", "/dev/null")]
    [InlineData("cannot open the pool", 3, "--pool", "/proc/none")]
    public async Task Program_BadArguments_SaysWhyAndExits(string reason, int code, params string[] arguments)
    {
        using var process = TargetProcess.Run(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        await output;
        Assert.Contains(reason, error.Replace("'", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(code, process.ExitCode);
    }

    [Fact]
    public async Task Program_Restarted_HasItsVolumesSnapshotsAndExports()
    {
        using var directory = new TempDirectory();
        Guid volume;
        string url;
        using (var first = await TargetProcess.StartAsync(directory.File("pool")))
        {
            volume = await first.Management.CreateVolumeAsync(1 << 20);
            await first.Management.SnapshotAsync(volume);
            url = await first.Management.ExportAsync(volume);
            await first.KillAsync();
        }
        using var second = await TargetProcess.StartAsync(directory.File("pool"), "--advertise", "10.20.0.2:10809");
        Assert.Equal(1 << 20, (await second.Management.GetAsync($"volumes/{volume}")).GetProperty("size_bytes").GetInt64());
        Assert.Equal(1, (await second.Management.GetAsync("snapshots")).GetProperty("snapshots").GetArrayLength());
        var name = url[(url.LastIndexOf('/') + 1)..];
        var export = await second.Management.GetAsync($"exports/{name}");
        Assert.Equal($"nbd://10.20.0.2:10809/{name}", export.GetProperty("url").GetString());
        Assert.Equal(0, await second.TerminateAsync());
    }
}
