using System.Net;
using Lab.Contracts.Runs;
using Lab.Reports.Serve;
using Lab.Reports.Store;

namespace Lab.Reports.Tests.Serve;

public sealed class ReportServerTests : RunsFixture, IAsyncLifetime
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private ReportServer _server = null!;
    private string _first = "";
    private string _second = "";

    public async ValueTask InitializeAsync()
    {
        using (var a = new SyntheticRun(Runs).Nightly())
        using (var b = new SyntheticRun(Runs, 2).Nightly())
            (_first, _second) = (a.Directory, b.Directory);
        _server = await ReportServer.StartAsync(
            new ServeOptions(Runs, RunStore.DefaultLocation(Runs), new IPEndPoint(IPAddress.Loopback, 0), TimeProvider.System), TestContext.Current.CancellationToken);
        _client.BaseAddress = _server.Address;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        Dispose();
    }

    // As it is written: a client of good manners would take the dots out of a path before it sends it.
    private Task<HttpResponseMessage> GetAsync(string path) => _client.GetAsync(
        new Uri(_server.Address.AbsoluteUri.TrimEnd('/') + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }), TestContext.Current.CancellationToken);

    private async Task<string> TextAsync(string path)
    {
        using var response = await GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private static string Id(string directory) => Path.GetFileName(directory);

    [Fact]
    public async Task List_ShowsEveryRunAndLinksToItsReport()
    {
        var page = await TextAsync("/");
        foreach (var run in new[] { _first, _second })
            Assert.Contains($"href=\"/runs/{Id(run)}/\"", page, StringComparison.Ordinal);
        Assert.Contains("Isolation", await TextAsync($"/runs/{Id(_first)}/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_WithoutItsSlash_IsSentWhereItsLinksWork()
    {
        using var response = await GetAsync($"/runs/{Id(_first)}");
        Assert.Equal($"/runs/{Id(_first)}/", response.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task Run_WrittenWhileServed_IsListed()
    {
        using var late = new SyntheticRun(Runs, 3, description => description with { Suite = "late" }).Complete();
        var known = await TextAsync("/");
        for (var tries = 0; tries < 100 && !known.Contains(Id(late.Directory), StringComparison.Ordinal); tries++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
            known = await TextAsync("/");
        }

        Assert.Contains(Id(late.Directory), known, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comparison_OfAnyTwo_IsThePageOfTheCommand()
    {
        var page = await TextAsync($"/compare?a={Id(_first)}&b={Id(_second)}");
        Assert.Contains("boot.total", page, StringComparison.Ordinal);
        Assert.Contains($"/runs/{Id(_second)}/", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/compare", HttpStatusCode.BadRequest)]
    [InlineData("/compare?a=nosuch&b=nosuch", HttpStatusCode.NotFound)]
    [InlineData("/runs/nosuch/", HttpStatusCode.NotFound)]
    [InlineData("/runs/..%2f..%2fetc/passwd", HttpStatusCode.NotFound)]
    [InlineData("/runs/%5c/", HttpStatusCode.NotFound)]
    [InlineData("/trend?days=0", HttpStatusCode.BadRequest)]
    [InlineData("/trend?days=many", HttpStatusCode.BadRequest)]
    [InlineData("/qualifications/nosuch/statement.html", HttpStatusCode.NotFound)]
    [InlineData("/nosuch", HttpStatusCode.NotFound)]
    public async Task Request_ForWhatIsNot_IsRefused(string path, HttpStatusCode status)
    {
        using var response = await GetAsync(path);
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task Evidence_IsServedSandboxed_AndNothingElse()
    {
        await File.WriteAllTextAsync(Path.Combine(_first, "logs", "manager.log"), "<script>alert(1)</script>", TestContext.Current.CancellationToken);
        var secret = Path.Combine(Runs, "secret");
        await File.WriteAllTextAsync(secret, "secret", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(_first, "logs", "out.log"), secret);
        using var log = await GetAsync($"/runs/{Id(_first)}/logs/manager.log");
        Assert.Equal("text/plain", log.Content.Headers.ContentType?.MediaType);
        Assert.Contains("sandbox", string.Join(' ', log.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        foreach (var path in new[] { "logs/out.log", "%2e%2e/secret", "logs/%2e%2e/%2e%2e/secret", "..%2fsecret", "nosuch.log" })
        {
            using var response = await GetAsync($"/runs/{Id(_first)}/{path}");
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
    }

    [Fact]
    public async Task DamagedRun_IsSaidWithItsLine()
    {
        await File.AppendAllTextAsync(Path.Combine(_first, "samples.jsonl"), "{", TestContext.Current.CancellationToken);
        using var response = await GetAsync($"/runs/{Id(_first)}/");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Matches(@"samples\.jsonl:\d+: ", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("lab.example.com", HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost", HttpStatusCode.OK)]
    public async Task Host_OfAnotherName_IsRefused(string host, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/live") { Headers = { Host = host } };
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task Change_IsNotAllowed()
    {
        using var response = await _client.DeleteAsync($"/runs/{Id(_first)}/", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.True(Directory.Exists(_first));
    }

    [Fact]
    public async Task Events_OfARunThatGoesOn_TellItsStartResultsAndEnd()
    {
        using var run = RunWriter.Create(Runs, SyntheticRun.Description, TimeProvider.System);
        run.Add(new ScenarioResult { Suite = "boot", Scenario = "first", Verdict = Verdict.Pass, Duration = 1 });
        using var stream = await _client.GetStreamAsync("/live/events", TestContext.Current.CancellationToken).ContinueWith(t => new StreamReader(t.Result), TaskScheduler.Default);
        async Task<string> NextAsync(string kind)
        {
            while (await stream.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
                if (line == $"event: {kind}")
                    return await stream.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
            throw new InvalidOperationException($"the stream ended before {kind}");
        }

        Assert.Contains(run.Info.Id, await NextAsync("run"), StringComparison.Ordinal);
        Assert.Contains("\"first\"", await NextAsync("result"), StringComparison.Ordinal);
        run.Add(new ScenarioResult { Suite = "boot", Scenario = "second", Verdict = Verdict.Fail, Reason = "no shell", Duration = 2 });
        Assert.Contains("no shell", await NextAsync("result"), StringComparison.Ordinal);
        run.Complete();
        Assert.Contains(run.Info.Id, await NextAsync("end"), StringComparison.Ordinal);
    }
}
