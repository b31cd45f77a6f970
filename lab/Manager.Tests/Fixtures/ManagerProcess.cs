using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace Lab.Manager.Tests.Fixtures;

/// <summary>The manager as a program of its own: what can be killed.</summary>
internal sealed partial class ManagerProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly string stateDirectory;
    private readonly List<string> log = [];
    private bool isKilled;

    private ManagerProcess(Process process, string stateDirectory)
    {
        this.process = process;
        this.stateDirectory = stateDirectory;
    }

    public Uri PublicUrl { get; private set; } = null!;
    public Uri LinkUrl { get; private set; } = null!;
    public X509Certificate2 Authority { get; private set; } = null!;

    public static async Task<ManagerProcess> StartAsync(string stateDirectory, StorageAccess storage, string bootstrapFile)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Lab.Manager.dll");
        string[] arguments =
        [
            program, "--listen", "127.0.0.1:0", "--link", "127.0.0.1:0", "--state-dir", stateDirectory, "--bootstrap", bootstrapFile,
            "--storage", storage.Url.ToString(), "--storage-cert", storage.CertificateFile, "--storage-key", storage.KeyFile, "--storage-ca", storage.AuthorityFile,
        ];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TEST_PASSWORD"] = TestCloud.Password;
        var manager = new ManagerProcess(Process.Start(start)!, stateDirectory);
        await manager.WaitUntilServingAsync();
        return manager;
    }

    /// <summary>SIGKILL, and its end awaited.</summary>
    public async Task KillAsync()
    {
        isKilled = true;
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
    }

    public HttpClient CreateClient(string? token = null)
    {
        var client = FakeAgent.Client(PublicUrl, Authority);
        if (token is not null)
            client.DefaultRequestHeaders.Add("X-Auth-Token", token);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        if (process.HasExited && !isKilled)
            await Console.Error.WriteLineAsync("the manager ended by itself: " + string.Join('\n', log));
        await KillAsync();
        process.Dispose();
        Authority?.Dispose();
    }

    private async Task WaitUntilServingAsync()
    {
        var serving = new TaskCompletionSource<Match>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Take(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is null)
                return;
            lock (log)
                log.Add(line.Data);
            if (ServingPattern().Match(line.Data) is { Success: true } match)
                serving.TrySetResult(match);
        }
        process.OutputDataReceived += Take;
        process.ErrorDataReceived += Take;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var ended = process.WaitForExitAsync();
        if (await Task.WhenAny(serving.Task, ended) == ended)
            Assert.Fail("the manager ended: " + string.Join('\n', log));
        var found = await serving.Task;
        PublicUrl = new Uri(found.Groups[1].Value);
        LinkUrl = new Uri(found.Groups[2].Value);
        Authority = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(Path.Combine(stateDirectory, "ca.pem")));
    }

    [GeneratedRegex(@"Serving (https://\S+), agents at (https://\S+)")]
    private static partial Regex ServingPattern();
}
