using Lab.Contracts.Link;
using Lab.Manager.Tests.Fixtures;

namespace Lab.Manager.Tests.Conductor;

/// <summary>kill -9 of the manager in the middle of its work; the next one goes on.</summary>
public sealed class CrashTests : IAsyncLifetime
{
    private readonly DirectoryInfo state = Directory.CreateTempSubdirectory("manager-test-");
    private FakeStorage storage = null!;
    private string bootstrap = null!;

    public async ValueTask InitializeAsync()
    {
        storage = await FakeStorage.StartAsync();
        bootstrap = Path.Combine(state.FullName, "bootstrap.yaml");
        await File.WriteAllTextAsync(bootstrap, """
            projects:
              - {name: admin}
            users:
              - name: admin
                password: env:TEST_PASSWORD
                roles: [{project: admin, role: admin}]
            flavors:
              - {name: small, vcpus: 1, ram_mib: 512, disk_gib: 1}
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await storage.DisposeAsync();
        state.Delete(recursive: true);
    }

    /// <summary>Each moment is one where the manager waits for somebody else, before or after the effect there.</summary>
    [Theory]
    [InlineData("POST volumes", false)]
    [InlineData("POST volumes", true)]
    [InlineData("POST exports", false)]
    [InlineData("POST exports", true)]
    public async Task Deploy_KilledAtTheStorageTarget_Finishes(string request, bool afterEffect)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task Stop(string what)
        {
            if (what != request || killed.Task.IsCompleted)
                return Task.CompletedTask;
            reached.TrySetResult();
            return killed.Task;
        }
        if (afterEffect)
            storage.After = Stop;
        else
            storage.Before = Stop;

        await using var world = await StartWorldAsync();
        var server = await ComputeCloud.CreateServerAsync(world.Client);
        await reached.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await world.RestartAsync(killed);

        await world.ExpectActiveAsync(server, storage);
        await world.ExpectGoneAsync(server, storage);
    }

    [Fact]
    public async Task Deploy_KilledWhileTheNodeConverges_Finishes()
    {
        await using var world = await StartWorldAsync();
        world.Agent.React = spec => spec.Volumes.Count > 0 ? FakeAgent.Working(spec) : FakeAgent.Converged(spec);
        var server = await ComputeCloud.CreateServerAsync(world.Client);
        await Eventually.SeeAsync("the agent has the disk", () => world.Agent.Last is { Volumes.Count: 1 });
        world.Agent.React = FakeAgent.Converged;
        await world.RestartAsync(null);

        await world.ExpectActiveAsync(server, storage);
        await world.ExpectGoneAsync(server, storage);
    }

    /// <summary>Moments that nobody can hold: the manager is killed after so many milliseconds, wherever it is.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(40)]
    [InlineData(120)]
    public async Task Deploy_KilledAtAnyMoment_Finishes(int milliseconds)
    {
        await using var world = await StartWorldAsync();
        var server = await ComputeCloud.CreateServerAsync(world.Client);
        await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, CancellationToken.None);
        await world.RestartAsync(null);

        await world.ExpectActiveAsync(server, storage);
        await world.ExpectGoneAsync(server, storage);
    }

    [Theory]
    [InlineData("DELETE exports")]
    [InlineData("DELETE volumes")]
    public async Task Undeploy_KilledAtTheStorageTarget_Finishes(string request)
    {
        await using var world = await StartWorldAsync();
        var server = await ComputeCloud.CreateServerAsync(world.Client);
        await world.ExpectActiveAsync(server, storage);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        storage.After = what =>
        {
            if (what != request || killed.Task.IsCompleted)
                return Task.CompletedTask;
            reached.TrySetResult();
            return killed.Task;
        };
        await world.Client.CallAsync("DELETE", $"{ComputeCloud.Compute}/servers/{server}");
        await reached.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await world.RestartAsync(killed);

        await world.ExpectGoneAsync(server, storage);
    }

    private async Task<World> StartWorldAsync()
    {
        var world = new World(() => ManagerProcess.StartAsync(state.FullName, storage.Access, bootstrap));
        await world.StartAsync();
        return world;
    }

    /// <summary>One manager process after the other, one agent that outlives them.</summary>
    private sealed class World(Func<Task<ManagerProcess>> start) : IAsyncDisposable
    {
        private ManagerProcess? manager;

        public HttpClient Client { get; private set; } = null!;
        public FakeAgent Agent { get; private set; } = null!;

        public async Task StartAsync()
        {
            await LaunchAsync();
            var token = await Client.CreateAsync("v1/enrolment-tokens", "{}");
            Agent = await FakeAgent.EnrolAsync(manager!.LinkUrl, manager.Authority, token["token"]!.GetValue<string>());
            await Agent.ConnectAsync(manager.LinkUrl);
            await NodeAsync("available");
        }

        public async Task RestartAsync(TaskCompletionSource? killed)
        {
            await manager!.DisposeAsync();
            killed?.SetResult();
            Client.Dispose();
            await LaunchAsync();
            await Agent.ConnectAsync(manager.LinkUrl);
        }

        public async Task ExpectActiveAsync(string server, FakeStorage storage)
        {
            await ComputeCloud.ServerStatusAsync(Client, server, "ACTIVE");
            Assert.Single(storage.Volumes);
            Assert.Single(storage.Exports);
            Assert.Equal(PowerState.On, Agent.Last!.Power);
            await NodeAsync("active");
        }

        public async Task ExpectGoneAsync(string server, FakeStorage storage)
        {
            await Client.CallAsync("DELETE", $"{ComputeCloud.Compute}/servers/{server}");
            await ComputeCloud.ServerGoneAsync(Client, server);
            Assert.Empty(storage.Volumes);
            Assert.Empty(storage.Exports);
            await NodeAsync("available");
        }

        public async ValueTask DisposeAsync()
        {
            Client?.Dispose();
            if (Agent is not null)
                await Agent.DisposeAsync();
            if (manager is not null)
                await manager.DisposeAsync();
        }

        private Task NodeAsync(string provisionState) => Eventually.SeeAsync(
            $"the node is {provisionState}",
            async () => (await Client.CallAsync("GET", $"baremetal/v1/nodes/{Agent.Serial}")).Body["provision_state"]?.GetValue<string>(),
            seen => seen == provisionState);

        private async Task LaunchAsync()
        {
            manager = await start();
            using var anonymous = manager.CreateClient();
            var body = TestCloud.LoginBody("admin", TestCloud.Password, "admin");
            using var content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
            using var response = await anonymous.PostAsync(new Uri("identity/v3/auth/tokens", UriKind.Relative), content);
            Client = manager.CreateClient(response.Headers.GetValues("X-Subject-Token").Single());
        }
    }
}
