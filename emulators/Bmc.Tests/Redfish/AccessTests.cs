using System.Net;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Redfish;

/// <summary>Who may do what: sessions, accounts, roles, lockout.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private const string Sessions = "/redfish/v1/SessionService/Sessions";
    private const string Accounts = "/redfish/v1/AccountService/Accounts";
    private SimulatedBmc bmc = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => bmc = await SimulatedBmc.StartAsync();

    public ValueTask DisposeAsync() => bmc.DisposeAsync();

    [Fact]
    public async Task ReadOnlyUser_EveryChangeOfEveryResource_IsRefused()
    {
        await CreateAsync("reader", "ReadOnly");
        using var reader = bmc.CreateClient("reader", "long enough");
        var before = bmc.Instance.Device.State;
        var resources = await SchemaJudge.CrawlAsync(async path => await bmc.GetAsync(path));
        foreach (var (path, resource) in resources)
        {
            foreach (var (method, target) in ActionsOf(resource).Select(target => (HttpMethod.Post, target))
                .Concat(new[] { HttpMethod.Patch, HttpMethod.Post, HttpMethod.Delete, HttpMethod.Put }.Select(method => (method, path))))
            {
                using var request = new HttpRequestMessage(method, target) { Content = SimulatedBmc.Content("""{"AssetTag":"x","ResetType":"On"}""") };
                using var response = await reader.SendAsync(request, Token);
                Assert.True((int)response.StatusCode >= 400, $"{method} {target}: {(int)response.StatusCode}");
            }
        }
        Assert.Same(before, bmc.Instance.Device.State);
        Assert.Equal(2, bmc.Instance.Accounts.All.Count);
    }

    [Fact]
    public async Task ReadOnlyUser_OwnPassword_CanBeChangedAndNothingElseOfTheAccount()
    {
        var path = await CreateAsync("reader", "ReadOnly");
        using var reader = bmc.CreateClient("reader", "long enough");
        using var role = await reader.PatchAsync(path, SimulatedBmc.Content("""{"RoleId":"Administrator"}"""), Token);
        Assert.Equal(HttpStatusCode.Forbidden, role.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await reader.GetAsync(Accounts + "/1", Token)).StatusCode);
        using var password = await reader.PatchAsync(path, SimulatedBmc.Content("""{"Password":"another one"}"""), Token);
        Assert.Equal(HttpStatusCode.OK, password.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await reader.GetAsync(SimulatedBmc.System, Token)).StatusCode);
        using var again = bmc.CreateClient("reader", "another one");
        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync(SimulatedBmc.System, Token)).StatusCode);
    }

    [Fact]
    public async Task Operator_SwitchesTheHostButNotTheManager()
    {
        await CreateAsync("operator", "Operator");
        using var client = bmc.CreateClient("operator", "long enough");
        using var on = await client.PostAsync(SimulatedBmc.System + "/Actions/ComputerSystem.Reset", SimulatedBmc.Content("""{"ResetType":"On"}"""), Token);
        Assert.Equal(HttpStatusCode.NoContent, on.StatusCode);
        using var manager = await client.PostAsync("/redfish/v1/Managers/1/Actions/Manager.Reset", SimulatedBmc.Content("""{"ResetType":"ForceRestart"}"""), Token);
        Assert.Equal(["InsufficientPrivilege"], await SimulatedBmc.MessagesAsync(manager, HttpStatusCode.Forbidden));
    }

    [Theory]
    [InlineData("""{"UserName":"x","RoleId":"ReadOnly"}""", "CreateFailedMissingReqProperties")]
    [InlineData("""{"UserName":"x","Password":"short","RoleId":"ReadOnly"}""", "PasswordIncorrectLength")]
    [InlineData("""{"UserName":"a b","Password":"long enough","RoleId":"ReadOnly"}""", "PropertyValueFormatError")]
    [InlineData("""{"UserName":"admin","Password":"long enough","RoleId":"ReadOnly"}""", "ResourceAlreadyExists")]
    [InlineData("""{"UserName":"x","Password":"long enough","RoleId":"King"}""", "PropertyValueNotInList")]
    public async Task Account_ThatCannotBe_IsNotMade(string body, string message)
    {
        using var response = await bmc.PostAsync(Accounts, body);
        Assert.Contains(message, await SimulatedBmc.MessagesAsync(response, HttpStatusCode.BadRequest));
        Assert.Single(bmc.Instance.Accounts.All);
    }

    [Fact]
    public async Task Account_LastAdministrator_CannotBeTakenAway()
    {
        using var deleted = await bmc.Client.DeleteAsync(Accounts + "/1", Token);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, deleted.StatusCode);
        using var demoted = await bmc.PatchAsync(Accounts + "/1", """{"RoleId":"ReadOnly"}""");
        Assert.Equal(HttpStatusCode.BadRequest, demoted.StatusCode);
        using var disabled = await bmc.PatchAsync(Accounts + "/1", """{"Enabled":false}""");
        Assert.Equal(HttpStatusCode.BadRequest, disabled.StatusCode);
    }

    [Fact]
    public async Task Account_MustChangeItsPassword_MayDoNothingElse()
    {
        using var made = await bmc.PostAsync(Accounts, """{"UserName":"new","Password":"long enough","RoleId":"Operator","PasswordChangeRequired":true}""");
        var path = made.Headers.Location!.ToString();
        using var client = bmc.CreateClient("new", "long enough");
        using var refused = await client.GetAsync(SimulatedBmc.System, Token);
        Assert.Equal(["PasswordChangeRequired"], await SimulatedBmc.MessagesAsync(refused, HttpStatusCode.Forbidden));
        using var changed = await client.PatchAsync(path, SimulatedBmc.Content("""{"Password":"long enough too"}"""), Token);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        using var again = bmc.CreateClient("new", "long enough too");
        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync(SimulatedBmc.System, Token)).StatusCode);
    }

    [Fact]
    public async Task Account_GuessedTooOften_LocksAndIsUnlockedByAnAdministrator()
    {
        var path = await CreateAsync("reader", "ReadOnly");
        using var guesser = bmc.CreateClient("reader", "wrong");
        for (var i = 0; i < bmc.Instance.Accounts.Policy.LockoutThreshold; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await guesser.GetAsync(SimulatedBmc.System, Token)).StatusCode);
        using var right = bmc.CreateClient("reader", "long enough");
        Assert.Equal(HttpStatusCode.Unauthorized, (await right.GetAsync(SimulatedBmc.System, Token)).StatusCode);
        Assert.True((await bmc.GetAsync(path))["Locked"]!.GetValue<bool>());
        using var unlocked = await bmc.PatchAsync(path, """{"Locked":false}""");
        Assert.Equal(HttpStatusCode.OK, unlocked.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await right.GetAsync(SimulatedBmc.System, Token)).StatusCode);
    }

    [Fact]
    public async Task Sessions_MoreThanTheyMayBe_AreRefused()
    {
        using var nobody = bmc.CreateClient(null);
        var body = $$"""{"UserName":"{{SimulatedBmc.UserName}}","Password":"{{SimulatedBmc.Password}}"}""";
        for (var i = 0; i < Bmc.Accounts.SessionStore.SessionsMax; i++)
            Assert.Equal(HttpStatusCode.Created, (await nobody.PostAsync(Sessions, SimulatedBmc.Content(body), Token)).StatusCode);
        using var refused = await nobody.PostAsync(Sessions, SimulatedBmc.Content(body), Token);
        Assert.Equal(["SessionLimitExceeded"], await SimulatedBmc.MessagesAsync(refused, HttpStatusCode.ServiceUnavailable));
    }

    [Fact]
    public async Task Account_Deleted_EndsItsSessions()
    {
        var path = await CreateAsync("reader", "ReadOnly");
        using var nobody = bmc.CreateClient(null);
        using var login = await nobody.PostAsync(Sessions, SimulatedBmc.Content("""{"UserName":"reader","Password":"long enough"}"""), Token);
        nobody.DefaultRequestHeaders.Add("X-Auth-Token", login.Headers.GetValues("X-Auth-Token").Single());
        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync(SimulatedBmc.System, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await bmc.Client.DeleteAsync(path, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync(SimulatedBmc.System, Token)).StatusCode);
    }

    private async Task<string> CreateAsync(string name, string role)
    {
        using var made = await bmc.PostAsync(Accounts, $$"""{"UserName":"{{name}}","Password":"long enough","RoleId":"{{role}}"}""");
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        return made.Headers.Location!.ToString();
    }

    private static IEnumerable<string> ActionsOf(JsonNode resource) => resource["Actions"] is JsonObject actions
        ? actions.Select(action => action.Value!["target"]!.GetValue<string>())
        : [];
}
