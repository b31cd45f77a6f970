using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Lab.Emulators.Bmc.Tests.Testbed;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Ironic;

/// <summary>
/// OpenStack's ironic as Debian packages it (python3-ironic): its API and conductor in one process with a database of their own. Tests
/// ask its REST API (https://docs.openstack.org/api-ref/baremetal/), and it asks the BMC.
/// </summary>
public sealed class IronicService(BmcTestbed bed) : IAsyncLifetime
{
    private const string Version = "1.80";
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StateTime = TimeSpan.FromSeconds(90);

    private readonly TestDirectory directory = new();
    private RunningProcess? process;
    private HttpClient api = null!;

    /// <summary>What ironic takes for the BMC.</summary>
    internal AnswerJudge Judge { get; private set; } = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Judge = await bed.JudgeAsync();
        var template = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Ironic", "ironic.conf"), Token);
        await File.WriteAllTextAsync(directory["ironic.conf"], template.Replace("@DIRECTORY@", directory.Path, StringComparison.Ordinal), Token);
        await RunningProcess.RunAsync(Command("dbsync", "create_schema"), Token);
        // Where the environment names a bundle, python-requests takes no other (https://github.com/psf/requests/issues/3829).
        process = RunningProcess.Start(Command("singleprocess"), new Dictionary<string, string> { ["REQUESTS_CA_BUNDLE"] = bed.CertificateFile });
        const string Listening = "wsgi starting up on http://";
        var said = await process.WaitForOutputAsync(Listening, StartTime, Token);
        api = new HttpClient { BaseAddress = new Uri($"http://{Regex.Match(said, Listening + "([0-9.:]+)").Groups[1].Value}/v1/") };
        api.DefaultRequestHeaders.Add("X-OpenStack-Ironic-API-Version", Version);
    }

    public async ValueTask DisposeAsync()
    {
        api?.Dispose();
        if (process is not null)
            await process.DisposeAsync();
        await Judge.DisposeAsync();
        directory.Dispose();
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        using var answer = await api.GetAsync(path, Token);
        return JsonNode.Parse(await SuccessAsync(answer))!;
    }

    public async Task SendAsync(HttpMethod method, string path, JsonNode? body)
    {
        // Not JsonContent, which is sent in chunks that ironic does not read.
        using var request = new HttpRequestMessage(method, path)
        {
            Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        using var answer = await api.SendAsync(request, Token);
        await SuccessAsync(answer);
    }

    /// <summary>Enrols a node and lets ironic verify that it can manage it.</summary>
    public async Task ManageAsync(string node, JsonObject definition)
    {
        definition["name"] = node;
        await SendAsync(HttpMethod.Post, "nodes", definition);
        await ProvisionAsync(node, "manage", "manageable");
    }

    /// <summary>Asks for a provision state and waits until the node is in <paramref name="expected"/>.</summary>
    public async Task ProvisionAsync(string node, string target, string expected)
    {
        await SendAsync(HttpMethod.Put, $"nodes/{node}/states/provision", new JsonObject { ["target"] = target });
        await UntilAsync(node, state => Text(state, "provision_state") == expected);
    }

    /// <param name="target">power on, power off, rebooting, soft power off, …</param>
    public async Task PowerAsync(string node, string target, string expected)
    {
        await SendAsync(HttpMethod.Put, $"nodes/{node}/states/power", new JsonObject { ["target"] = target, ["timeout"] = 60 });
        await UntilAsync(node, state => Text(state, "power_state") == expected);
    }

    public Task DeleteAsync(string node) => SendAsync(HttpMethod.Delete, $"nodes/{node}", null);

    /// <summary>Waits until ironic is done with a node.</summary>
    private Task UntilAsync(string node, Func<JsonNode, bool> holds)
    {
        JsonNode? state = null;
        return Eventually.HoldsAsync(
            $"{node} to get there", StateTime,
            async () =>
            {
                state = await GetAsync($"nodes/{node}");
                Assert.True(state["last_error"] is null, $"{state["provision_state"]}: {state["last_error"]}\n{process!.Output}");
                return state["reservation"] is null && state["target_power_state"] is null && holds(state);
            },
            Token);
    }

    private static string? Text(JsonNode state, string field) => state[field]?.GetValue<string>();

    private static async Task<string> SuccessAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri}: {(int)answer.StatusCode} {text}");
        return text;
    }

    private string[] Command(string program, params string[] arguments) =>
    [
        "/usr/bin/python3", "-c", $"import sys; from ironic.cmd.{program} import main; sys.argv[0] = 'ironic'; sys.exit(main())",
        "--config-file", directory["ironic.conf"], .. arguments,
    ];
}
