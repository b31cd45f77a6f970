using System.Text.Json.Nodes;
using Lab.Manager.Conductor;
using Lab.Manager.Configuration;
using Lab.Manager.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Lab.Manager.Tests.Fixtures;

/// <summary>A manager with a storage target and agents that enrol: everything a server needs, without a DPU.</summary>
internal sealed class ComputeCloud : IAsyncDisposable
{
    public const string Compute = "compute/v2.1";
    private readonly List<FakeAgent> agents = [];
    private readonly Dictionary<string, HttpClient> clients = [];

    private ComputeCloud(FakeStorage storage, RunningManager manager)
    {
        Storage = storage;
        Manager = manager;
    }

    public FakeStorage Storage { get; }
    public RunningManager Manager { get; }
    public HttpClient Admin => clients[TestCloud.Administrator];
    public HttpClient Red => clients[TestCloud.Red];
    public HttpClient Blue => clients[TestCloud.Blue];

    public static string Volumes(string project) => $"volume/v3/{TestCloud.ProjectId(project):N}";

    public static async Task<ComputeCloud> StartAsync(ConductorOptions? options = null)
    {
        var storage = await FakeStorage.StartAsync();
        var bootstrap = TestCloud.Bootstrap with
        {
            Flavors = [new BootstrapFlavor("small", "small", 1, 512, 1), new BootstrapFlavor("huge", "huge", 64, 1_000_000, 1)],
        };
        var manager = await RunningManager.StartAsync(
            o => Target(o, storage.Access),
            services =>
            {
                TestCloud.Seed(services);
                services.AddSingleton(bootstrap).AddSingleton(options ?? new ConductorOptions
                {
                    ErrorGrace = TimeSpan.FromMilliseconds(200),
                    UndoRetryDelay = TimeSpan.FromMilliseconds(50),
                    AgentReturn = TimeSpan.FromMilliseconds(500),
                });
            });
        var cloud = new ComputeCloud(storage, manager);
        foreach (var user in new[] { TestCloud.Administrator, TestCloud.Red, TestCloud.Blue })
            cloud.clients[user] = await TestCloud.LoginAsync(manager, user);
        return cloud;
    }

    public static ManagerOptions Target(ManagerOptions options, StorageAccess storage) => options with
    {
        Storage = storage.Url,
        StorageCertificateFile = storage.CertificateFile,
        StorageKeyFile = storage.KeyFile,
        StorageAuthorityFile = storage.AuthorityFile,
    };

    public async Task<string> CreateTokenAsync()
    {
        var token = await Admin.CreateAsync("v1/enrolment-tokens", "{}");
        return token["token"]!.GetValue<string>();
    }

    /// <summary>A node that is available.</summary>
    public async Task<FakeAgent> AddNodeAsync(Action<FakeAgent>? prepare = null)
    {
        var agent = await FakeAgent.EnrolAsync(Manager.LinkUrl, Manager.Authority, await CreateTokenAsync());
        agents.Add(agent);
        agent.StorageAddress = $"10.20.0.{10 + agents.Count}";
        prepare?.Invoke(agent);
        await agent.ConnectAsync(Manager.LinkUrl);
        await NodeStateAsync(agent, "available");
        return agent;
    }

    public Task<JsonObject> NodeStateAsync(FakeAgent agent, string state) => Eventually.SeeAsync(
        $"node {agent.Serial} is {state}",
        async () => (await Admin.CallAsync("GET", $"baremetal/v1/nodes/{agent.Serial}")).Body,
        node => node["provision_state"]?.GetValue<string>() == state);

    public Task HypervisorStateAsync(FakeAgent agent, string state) => Eventually.SeeAsync(
        $"the hypervisor of {agent.Serial} is {state}",
        async () => (await Admin.CallAsync("GET", $"{Compute}/os-hypervisors/detail")).Body["hypervisors"]!.AsArray()
            .Single(h => h!["hypervisor_hostname"]!.GetValue<string>() == agent.Serial)!["state"]!.GetValue<string>(),
        seen => seen == state);

    /// <summary>An empty volume.</summary>
    public static async Task<string> CreateVolumeAsync(HttpClient client, string project, int sizeGib = 1)
    {
        var volume = await client.CreateAsync($"{Volumes(project)}/volumes", $$$"""{"volume": {"size": {{{sizeGib}}}, "name": "data"}}""");
        await VolumeStatusAsync(client, project, volume.Id(), "available");
        return volume.Id();
    }

    public static Task<JsonObject> VolumeStatusAsync(HttpClient client, string project, string id, string status) => Eventually.SeeAsync(
        $"volume {id} is {status}",
        async () => (await client.CallAsync("GET", $"{Volumes(project)}/volumes/{id}")).Body,
        body => body["volume"]?["status"]?.GetValue<string>() == status);

    /// <summary>A server of one blank disk: nothing of the image service is needed to drive the conductor.</summary>
    public static async Task<string> CreateServerAsync(HttpClient client, string extra = "", string flavor = "small")
    {
        var server = await client.CreateAsync($"{Compute}/servers", $$$"""
            {"server": {"name": "s1", "flavorRef": "{{{flavor}}}", "imageRef": "", "metadata": {"role": "test"},
             "block_device_mapping_v2": [{"source_type": "blank", "destination_type": "volume", "boot_index": "0", "volume_size": 2, "delete_on_termination": true}]
             {{{extra}}}}}
            """);
        return server.Id();
    }

    public static async Task<JsonObject> ServerStatusAsync(HttpClient client, string id, string status)
    {
        var body = await Eventually.SeeAsync(
            $"server {id} is {status}",
            async () => (await client.CallAsync("GET", $"{Compute}/servers/{id}")).Body,
            body => body["server"]?["status"]?.GetValue<string>() == status && body["server"]!["OS-EXT-STS:task_state"] is null);
        return body["server"]!.AsObject();
    }

    public static Task ServerGoneAsync(HttpClient client, string id) => Eventually.SeeAsync(
        $"server {id} is gone", async () => (await client.CallAsync("GET", $"{Compute}/servers/{id}")).Status, status => status == 404);

    public async ValueTask DisposeAsync()
    {
        foreach (var client in clients.Values)
            client.Dispose();
        foreach (var agent in agents)
            await agent.DisposeAsync();
        await Manager.DisposeAsync();
        await Storage.DisposeAsync();
    }
}
