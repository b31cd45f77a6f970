using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Lab.Manager.Database;
using Lab.Manager.Identity;
using Lab.Manager.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Lab.Manager.Tests.Identity;

public sealed class TokenTests(TestCloud cloud)
{
    private const string Tokens = "identity/v3/auth/tokens";

    [Theory]
    [InlineData("identity", 300)]
    [InlineData("identity/", 300)]
    [InlineData("identity/v3", 200)]
    [InlineData("identity/v3/", 200)]
    public async Task Versions_ForAnyone_PointToV3(string path, int expected)
    {
        using var client = cloud.Anonymous();

        var (status, body) = await client.CallAsync("GET", path);

        Assert.Equal(expected, status);
        var version = body["version"] ?? body["versions"]!["values"]![0];
        Assert.Equal(new Uri(cloud.Manager.PublicUrl, "identity/v3/").ToString(), version!["links"]![0]!["href"]!.GetValue<string>());
    }

    [Fact]
    public async Task Login_WithPassword_GivesRolesAndCatalog()
    {
        var (text, token) = await LoginAsync(TestCloud.Red, "red");

        Assert.Equal(TokenText.Length, text.Length);
        Assert.Equal("member", token["roles"]![0]!["name"]!.GetValue<string>());
        Assert.Equal(TestCloud.ProjectId("red").ToString("N"), token["project"]!["id"]!.GetValue<string>());
        Assert.Equal(
            ["identity", "compute", "volumev3", "network", "image", "baremetal"],
            token["catalog"]!.AsArray().Select(s => s!["type"]!.GetValue<string>()));
        Assert.All(token["catalog"]!.AsArray(), service => Assert.StartsWith(
            cloud.Manager.PublicUrl.ToString(), service!["endpoints"]![0]!["url"]!.GetValue<string>(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Login_Unscoped_ListsProjectsAndOpensNothingElse()
    {
        var (text, token) = await LoginAsync(TestCloud.Red, null);
        Assert.False(token.ContainsKey("catalog"));
        using var client = cloud.Manager.CreateClient(text);

        var (listed, projects) = await client.CallAsync("GET", "identity/v3/auth/projects");
        var (refused, _) = await client.CallAsync("GET", "network/v2.0/networks");

        Assert.Equal(200, listed);
        Assert.Equal("red", projects["projects"]![0]!["name"]!.GetValue<string>());
        Assert.Equal(401, refused);
    }

    [Theory]
    [InlineData("bob", "wrong", "blue")]
    [InlineData("nobody", TestCloud.Password, "blue")]
    [InlineData("bob", TestCloud.Password, "red")]
    [InlineData("bob", TestCloud.Password, "nowhere")]
    [InlineData("bob", "", "blue")]
    public async Task Login_Refused_TellsNothingOfWhy(string user, string password, string project)
    {
        using var client = cloud.Anonymous();

        var (status, body) = await client.CallAsync("POST", Tokens, TestCloud.LoginBody(user, password, project).ToJsonString());

        Assert.Equal(401, status);
        Assert.Equal(
            """{"error":{"code":401,"message":"The request you have made requires authentication.","title":"Unauthorized"}}""", body.ToJsonString());
    }

    [Fact]
    public async Task Login_AfterManyFailures_IsHeldBackEvenWithThePassword()
    {
        await using var manager = await RunningManager.StartAsync(customise: services =>
        {
            TestCloud.Seed(services);
            services.AddSingleton(new LoginBackoff(new ManualTime()));
        });
        using var client = manager.CreateClient();
        for (var i = 0; i < LoginBackoff.FailuresFree; i++)
            await client.CallAsync("POST", Tokens, TestCloud.LoginBody(TestCloud.Red, "guess", "red").ToJsonString());

        var (held, _) = await client.CallAsync("POST", Tokens, TestCloud.LoginBody(TestCloud.Red, TestCloud.Password, "red").ToJsonString());
        var (other, _) = await client.CallAsync("POST", Tokens, TestCloud.LoginBody(TestCloud.Blue, TestCloud.Password, "blue").ToJsonString());

        Assert.Equal(401, held);
        Assert.Equal(201, other);
    }

    [Theory]
    [InlineData("{}", 400)]
    [InlineData("""{"auth":{}}""", 400)]
    [InlineData("""{"auth":{"identity":{"methods":["token"],"token":{"id":"x"}}}}""", 401)]
    [InlineData("""{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"rita","password":"x"}}}}}""", 400)]
    [InlineData("""{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":5,"password":"x"}}}}}""", 400)]
    [InlineData("""{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"no-uuid","password":"x"}}}}}""", 401)]
    public async Task Login_Malformed_IsRefused(string json, int expected)
    {
        using var client = cloud.Anonymous();

        var (status, body) = await client.CallAsync("POST", Tokens, json);

        Assert.Equal(expected, status);
        Assert.Equal(expected, body["error"]!["code"]!.GetValue<int>());
    }

    [Fact]
    public async Task Validate_OfOnesOwnToken_DescribesIt_AndOfOthers_IsNotFound()
    {
        var (red, _) = await LoginAsync(TestCloud.Red, "red");

        Assert.Equal(200, await SubjectAsync(cloud.As(TestCloud.Red), HttpMethod.Get, red));
        Assert.Equal(200, await SubjectAsync(cloud.As(TestCloud.Red), HttpMethod.Head, red));
        Assert.Equal(200, await SubjectAsync(cloud.As(TestCloud.Administrator), HttpMethod.Get, red));
        Assert.Equal(404, await SubjectAsync(cloud.As(TestCloud.Blue), HttpMethod.Get, red));
        Assert.Equal(404, await SubjectAsync(cloud.As(TestCloud.Blue), HttpMethod.Delete, red));
        Assert.Equal(404, await SubjectAsync(cloud.As(TestCloud.Red), HttpMethod.Get, new string('x', TokenText.Length)));
    }

    [Fact]
    public async Task Revoke_OfAToken_ClosesEverything()
    {
        var (text, _) = await LoginAsync(TestCloud.Red, "red");
        using var client = cloud.Manager.CreateClient(text);
        Assert.Equal(200, (await client.CallAsync("GET", "network/v2.0/networks")).Status);

        Assert.Equal(204, await SubjectAsync(client, HttpMethod.Delete, text));

        Assert.Equal(401, (await client.CallAsync("GET", "network/v2.0/networks")).Status);
        Assert.Equal(404, await SubjectAsync(cloud.As(TestCloud.Administrator), HttpMethod.Get, text));
    }

    [Fact]
    public async Task Token_PastItsTime_IsRefused()
    {
        var (text, _) = await LoginAsync(TestCloud.Red, "red");
        await using var context = await cloud.Services.GetRequiredService<IDbContextFactory<ManagerDbContext>>().CreateDbContextAsync();
        await context.Set<Token>().Where(t => t.Hash == TokenText.HashOf(text))
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.ExpiresAt, DateTimeOffset.UnixEpoch));
        using var client = cloud.Manager.CreateClient(text);

        Assert.Equal(401, (await client.CallAsync("GET", "network/v2.0/networks")).Status);
    }

    [Fact]
    public async Task Token_IsNowhereInTheDatabase()
    {
        var (text, _) = await LoginAsync(TestCloud.Red, "red");
        await using var context = await cloud.Services.GetRequiredService<IDbContextFactory<ManagerDbContext>>().CreateDbContextAsync();

        Assert.All(await context.Set<Token>().ToListAsync(), token =>
        {
            Assert.NotEqual(text, token.Hash);
            Assert.NotEqual(text, token.AuditId);
        });
    }

    [Fact]
    public async Task Token_IssuedBeforeARestart_StillHolds()
    {
        var directory = Directory.CreateTempSubdirectory("manager-test-").FullName;
        string text;
        await using (var manager = await RunningManager.StartAsync(customise: TestCloud.Seed, stateDirectory: directory))
        {
            using var client = await TestCloud.LoginAsync(manager, TestCloud.Red);
            text = client.DefaultRequestHeaders.GetValues("X-Auth-Token").Single();
        }
        await using (var manager = await RunningManager.StartAsync(customise: TestCloud.Seed, stateDirectory: directory))
        {
            using var client = manager.CreateClient(text);
            Assert.Equal(200, (await client.CallAsync("GET", "network/v2.0/networks")).Status);
        }
        // A user who is gone from the file is gone with all tokens.
        await using (var manager = await RunningManager.StartAsync(stateDirectory: directory))
        {
            using var client = manager.CreateClient(text);
            Assert.Equal(401, (await client.CallAsync("GET", "network/v2.0/networks")).Status);
        }
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Directory_ForAnAdministrator_IsListed_AndForbiddenToOthers()
    {
        var (status, projects) = await cloud.As(TestCloud.Administrator).CallAsync("GET", "identity/v3/projects?name=red");
        Assert.Equal(200, status);
        Assert.Equal("red", projects["projects"]!.AsArray().Single()!["name"]!.GetValue<string>());

        Assert.Equal(403, (await cloud.As(TestCloud.Red).CallAsync("GET", "identity/v3/projects")).Status);
        Assert.Equal(403, (await cloud.As(TestCloud.Red).CallAsync("GET", "identity/v3/users")).Status);
        Assert.Equal(200, (await cloud.As(TestCloud.Red).CallAsync("GET", $"identity/v3/projects/{TestCloud.ProjectId("red"):N}")).Status);
        Assert.Equal(404, (await cloud.As(TestCloud.Red).CallAsync("GET", $"identity/v3/projects/{TestCloud.ProjectId("blue"):N}")).Status);
    }

    private static async Task<int> SubjectAsync(HttpClient client, HttpMethod method, string token)
    {
        using var request = new HttpRequestMessage(method, Tokens) { Headers = { { "X-Subject-Token", token } } };
        using var response = await client.SendAsync(request);
        return (int)response.StatusCode;
    }

    private async Task<(string Text, JsonObject Token)> LoginAsync(string user, string? project)
    {
        using var client = cloud.Anonymous();
        using var response = await client.PostAsJsonAsync(Tokens, TestCloud.LoginBody(user, TestCloud.Password, project));
        Assert.Equal(201, (int)response.StatusCode);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        return (response.Headers.GetValues("X-Subject-Token").Single(), body["token"]!.AsObject());
    }
}
