using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Lab.Manager.Configuration;
using Lab.Manager.Identity;
using Lab.Manager.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

[assembly: AssemblyFixture(typeof(TestCloud))]

namespace Lab.Manager.Tests.Fixtures;

/// <summary>One running manager with two tenants for all tests that ask its APIs; each test makes things of its own.</summary>
public sealed class TestCloud : IAsyncLifetime
{
    public const string Password = "correct horse";
    public const string Administrator = "admin";

    /// <summary>Member of the project red.</summary>
    public const string Red = "rita";

    /// <summary>Member of the project blue.</summary>
    public const string Blue = "bob";

    /// <summary>Reader of the project red.</summary>
    public const string RedReader = "rex";

    private readonly Dictionary<string, HttpClient> clients = [];
    private RunningManager? manager;

    internal RunningManager Manager => manager ?? throw new InvalidOperationException("the manager did not start");
    internal IServiceProvider Services => Manager.Services;

    internal static BootstrapFile Bootstrap { get; } = new()
    {
        Projects = [Project("admin"), Project("red"), Project("blue")],
        Users =
        [
            User(Administrator, "admin", RoleNames.Admin),
            User(Red, "red", RoleNames.Member),
            User(Blue, "blue", RoleNames.Member),
            User(RedReader, "red", RoleNames.Reader),
        ],
    };

    /// <summary>The users of <see cref="Bootstrap"/>; their passwords are hashed once for all managers of the tests.</summary>
    private static readonly Lazy<IdentityDirectory> Directory = new(() => new IdentityDirectory(Bootstrap));

    public async ValueTask InitializeAsync()
    {
        manager = await RunningManager.StartAsync(customise: Seed);
        foreach (var user in Bootstrap.Users)
            clients[user.Name] = await LoginAsync(manager, user.Name);
    }

    /// <summary>A client with that user's project token.</summary>
    public HttpClient As(string user) => clients[user];

    public HttpClient Anonymous() => Manager.CreateClient();

    public static Guid ProjectId(string name) => DerivedId.Of("project", name);

    public async ValueTask DisposeAsync()
    {
        foreach (var client in clients.Values)
            client.Dispose();
        if (manager is not null)
            await manager.DisposeAsync();
    }

    /// <summary>Gives a manager these users and projects.</summary>
    internal static void Seed(IServiceCollection services) => services.AddSingleton(Bootstrap).AddSingleton(_ => Directory.Value);

    internal static async Task<HttpClient> LoginAsync(RunningManager manager, string user, string? project = null)
    {
        project ??= Bootstrap.Users.Single(u => u.Name == user).Roles[0].Project;
        using var anonymous = manager.CreateClient();
        using var response = await anonymous.PostAsJsonAsync("identity/v3/auth/tokens", LoginBody(user, Password, project));
        Assert.Equal(201, (int)response.StatusCode);
        return manager.CreateClient(response.Headers.GetValues("X-Subject-Token").Single());
    }

    internal static JsonObject LoginBody(string user, string password, string? project)
    {
        var auth = new JsonObject
        {
            ["identity"] = new JsonObject
            {
                ["methods"] = new JsonArray("password"),
                ["password"] = new JsonObject
                {
                    ["user"] = new JsonObject { ["name"] = user, ["password"] = password, ["domain"] = new JsonObject { ["name"] = "Default" } },
                },
            },
        };
        if (project is not null)
            auth["scope"] = new JsonObject { ["project"] = new JsonObject { ["name"] = project, ["domain"] = new JsonObject { ["id"] = "default" } } };
        return new JsonObject { ["auth"] = auth };
    }

    private static BootstrapProject Project(string name) => new(ProjectId(name), name, "");

    private static BootstrapUser User(string name, string project, string role) =>
        new(DerivedId.Of("user", name), name, Password, [new BootstrapRole(project, role)]);
}
