using System.CommandLine;
using System.Text.RegularExpressions;
using Lab.Emulators.Storage.Commands;
using Lab.Emulators.Storage.Store;
using Lab.Emulators.Storage.Tests.Support;

namespace Lab.Emulators.Storage.Tests.Commands;

/// <summary>--limit of <c>lab emulate storage</c>.</summary>
public sealed class LimitArgumentTests
{
    [Fact]
    public void Limits_OfEveryKind_AreRead()
    {
        Assert.True(LimitArgument.TryParse(
            "a:b:iops=1,read-iops=2,write-iops=3,bandwidth=4KiB,read-bandwidth=5,write-bandwidth=6MiB", out var limit, out _));
        Assert.Equal(
            new LimitArgument("a:b", new VolumeLimits
            {
                Iops = 1, ReadIops = 2, WriteIops = 3, BytesPerSecond = 4096, ReadBytesPerSecond = 5, WriteBytesPerSecond = 6 << 20,
            }),
            limit);
    }

    [Theory]
    [InlineData("v0", "no name:limit")]
    [InlineData(":iops=1", "no name:limit")]
    [InlineData("v0:", "no name:limit")]
    [InlineData("v0:iops", "no limit=value")]
    [InlineData("v0:iops=0", "no limit=value")]
    [InlineData("v0:iops=-1", "no limit=value")]
    [InlineData("v0:iops=1KiB", "no limit=value")]
    [InlineData("v0:bandwidth=fast", "no limit=value")]
    [InlineData("v0:iops=1,", "no limit=value")]
    [InlineData("v0:speed=1", "no limit; there are iops")]
    [InlineData("v0:iops=1,iops=2", "given twice")]
    [InlineData("v1:iops=1", "no volume \"v1\"")]
    public async Task Limit_ThatIsNone_IsAUsageError(string text, string reason)
    {
        var error = new StringWriter();
        var parsed = EmulateStorageCommand.CreateSubcommand("").Parse(["--pool", "/nowhere", "--volume", "v0:1MiB", "--nbd", "127.0.0.1:0", "--limit", text]);
        Assert.NotEqual(0, await parsed.InvokeAsync(new InvocationConfiguration { Error = error, Output = TextWriter.Null }));
        Assert.Contains(reason, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limit_OfAVolume_IsItsOwnAndGoesWithTheOption()
    {
        using var directory = new TempDirectory();
        Assert.Equal([7L, null], await ServeAsync(directory, "--limit", "v0:iops=7"));
        Assert.Equal([null, null], await ServeAsync(directory));
    }

    /// <summary>Serves two volumes for a moment; answers the IOPS that each is limited to.</summary>
    private static async Task<long?[]> ServeAsync(TempDirectory directory, params string[] more)
    {
        using var output = new StringWriter();
        using var stop = new CancellationTokenSource();
        var said = TextWriter.Synchronized(output);
        var serving = EmulateStorageCommand.CreateSubcommand("")
            .Parse(["--pool", directory.File("pool"), "--volume", "v0:1MiB", "--volume", "v1:1MiB", "--nbd", "127.0.0.1:0", .. more])
            .InvokeAsync(new InvocationConfiguration { Output = said }, stop.Token);
        var management = "";
        await Eventually.TrueAsync("it serves", () => (management = Regex.Match(Said(), @"management http://(\S+)/v1").Groups[1].Value).Length > 0);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{management}/v1/") };
        var client = new Management(http);
        var exports = (await client.GetAsync("exports")).GetProperty("exports").EnumerateArray().OrderBy(one => one.GetProperty("id").GetString()).ToList();
        var limits = new List<long?>();
        foreach (var export in exports)
        {
            var volume = await client.GetAsync($"volumes/{export.GetProperty("volume_id").GetString()}");
            var of = volume.GetProperty("limits");
            limits.Add(of.ValueKind == System.Text.Json.JsonValueKind.Null ? null : of.GetProperty("iops").GetInt64());
        }
        await stop.CancelAsync();
        Assert.Equal(0, await serving);
        return [.. limits];

        string Said()
        {
            lock (said)
                return output.ToString();
        }
    }
}
