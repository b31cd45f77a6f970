using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Redfish;

[Collection(BmcTestbed.Collection)]
public sealed class RedfishServiceTests(BmcTestbed bed)
{
    private const string System = "/redfish/v1/Systems/1";
    private const string Reset = System + "/Actions/ComputerSystem.Reset";
    private const string HostInterface = "/redfish/v1/Managers/1/HostInterfaces/1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/redfish", HttpStatusCode.OK)]
    [InlineData("/redfish/v1", HttpStatusCode.OK)]
    [InlineData("/redfish/v1/", HttpStatusCode.OK)]
    [InlineData("/redfish/v1/odata", HttpStatusCode.OK)]
    [InlineData("/redfish/v1/$metadata", HttpStatusCode.OK)]
    [InlineData("/redfish/v1/Systems", HttpStatusCode.Unauthorized)]
    [InlineData(System, HttpStatusCode.Unauthorized)]
    [InlineData(System + "/SerialConsole", HttpStatusCode.Unauthorized)]
    [InlineData(System + "/LogServices/SerialConsole/Entries/1/Attachment", HttpStatusCode.Unauthorized)]
    [InlineData("/anything", HttpStatusCode.Unauthorized)]
    public async Task Get_WithoutLogin_ShowsTheEntryPointsAlone(string path, HttpStatusCode status)
    {
        using var client = bed.Client(userName: null);
        using var response = await client.GetAsync(path, Token);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("4.0", response.Headers.GetValues("OData-Version").Single());
    }

    [Fact]
    public async Task Get_WrongPassword_Is401()
    {
        using var client = bed.Client(password: "wrong");
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(System, Token)).StatusCode);
    }

    [Fact]
    public async Task Session_CreatedAndDeleted_OpensAndCloses()
    {
        using var client = bed.Client(userName: null);
        using var created = await client.PostAsJsonAsync("/redfish/v1/SessionService/Sessions", Login(BmcTestbed.Password), Token);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        client.DefaultRequestHeaders.Add("X-Auth-Token", created.Headers.GetValues("X-Auth-Token").Single());
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(System, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(created.Headers.Location, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync(created.Headers.Location, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(System, Token)).StatusCode);
    }

    [Fact]
    public async Task Session_WrongPassword_Is401AndMissingOneIs400()
    {
        using var client = bed.Client(userName: null);
        using var wrong = await client.PostAsJsonAsync("/redfish/v1/SessionService/Sessions", Login("wrong"), Token);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        using var missing = await client.PostAsJsonAsync("/redfish/v1/SessionService/Sessions", new JsonObject { ["UserName"] = "x" }, Token);
        Assert.Equal(["Base.1.22.CreateFailedMissingReqProperties"], await MessagesAsync(missing, HttpStatusCode.BadRequest));
    }

    [Theory]
    [InlineData("", "Base.1.22.EmptyJSON")]
    [InlineData("{}", "Base.1.22.EmptyJSON")]
    [InlineData("{", "Base.1.22.MalformedJSON")]
    [InlineData("[]", "Base.1.22.UnrecognizedRequestBody")]
    [InlineData("""{"Boot":{},"Boot":{}}""", "Base.1.22.UnrecognizedRequestBody")]
    [InlineData("""{"Boot":7}""", "Base.1.22.PropertyValueTypeError")]
    [InlineData("""{"PowerState":"On"}""", "Base.1.22.PropertyNotWritable")]
    [InlineData("""{"Colour":"blue"}""", "Base.1.22.PropertyUnknown")]
    [InlineData("""{"Boot":{"BootSourceOverrideTarget":"Moon"}}""", "Base.1.22.PropertyValueNotInList")]
    [InlineData("""{"Boot":{"BootSourceOverrideMode":"Bios"}}""", "Base.1.22.PropertyValueNotInList")]
    [InlineData("""{"Boot":{"BootSourceOverrideEnabled":1}}""", "Base.1.22.PropertyValueTypeError")]
    [InlineData(
        """{"Boot":{"BootSourceOverrideEnabled":"Once","BootSourceOverrideTarget":"Moon","X":1},"UUID":""}""",
        "Base.1.22.PropertyValueNotInList", "Base.1.22.PropertyUnknown", "Base.1.22.PropertyNotWritable")]
    public async Task Patch_BadBody_NamesEveryErrorAndChangesNothing(string body, params string[] messages)
    {
        using var client = bed.Client();
        var before = (await client.GetAsync(System, Token)).Headers.ETag;
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.PatchAsync(System, content, Token);
        Assert.Equal(messages, await MessagesAsync(response, HttpStatusCode.BadRequest));
        Assert.Equal(before, (await client.GetAsync(System, Token)).Headers.ETag);
    }

    [Fact]
    public async Task Patch_WithETags_OnlyTheCurrentOneChanges()
    {
        using var client = bed.Client();
        using var before = await client.GetAsync(HostInterface, Token);
        var tag = before.Headers.ETag!;
        using var stale = await PatchAsync(client, HostInterface, """{"CredentialBootstrapping":{"EnableAfterReset":false}}""", "\"stale\"");
        Assert.Equal(["Base.1.22.PreconditionFailed"], await MessagesAsync(stale, HttpStatusCode.PreconditionFailed));
        using var changed = await PatchAsync(client, HostInterface, """{"CredentialBootstrapping":{"EnableAfterReset":false}}""", tag.ToString());
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.NotEqual(tag, changed.Headers.ETag);
        using var weak = await PatchAsync(client, HostInterface, """{"CredentialBootstrapping":{"EnableAfterReset":true}}""", "W/" + changed.Headers.ETag);
        Assert.Equal(tag, weak.Headers.ETag);

        using var again = new HttpRequestMessage(HttpMethod.Get, HostInterface);
        again.Headers.IfNoneMatch.Add(tag);
        Assert.Equal(HttpStatusCode.NotModified, (await client.SendAsync(again, Token)).StatusCode);
    }

    [Theory]
    [InlineData("{}", "Base.1.22.ActionParameterMissing")]
    [InlineData("""{"ResetType":"Explode"}""", "Base.1.22.ActionParameterValueNotInList")]
    [InlineData("""{"ResetType":"0"}""", "Base.1.22.ActionParameterValueNotInList")]
    [InlineData("""{"ResetType":3}""", "Base.1.22.ActionParameterValueTypeError")]
    [InlineData("""{"Type":"On"}""", "Base.1.22.ActionParameterMissing", "Base.1.22.ActionParameterUnknown")]
    public async Task Reset_BadParameters_AreNamed(string body, params string[] messages)
    {
        using var client = bed.Client();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(Reset, content, Token);
        Assert.Equal(messages, await MessagesAsync(response, HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Reset_RestartWhileOff_Is409()
    {
        await bed.ResetAsync("ForceOff");
        Assert.Equal(["Base.1.22.ResourceInStandby"], await MessagesAsync(await bed.ResetAsync("ForceRestart"), HttpStatusCode.Conflict));
        Assert.False(bed.IsDomainActive());
    }

    [Fact]
    public async Task Request_UnknownOrWrongMethodOrTooLarge_IsRefusedInRedfishsShape()
    {
        using var client = bed.Client();
        using var missing = await client.GetAsync("/redfish/v1/Systems/2", Token);
        Assert.Equal(["Base.1.22.ResourceMissingAtURI"], await MessagesAsync(missing, HttpStatusCode.NotFound));
        using var method = await client.DeleteAsync(System, Token);
        Assert.Equal(["Base.1.22.OperationNotAllowed"], await MessagesAsync(method, HttpStatusCode.MethodNotAllowed));
        Assert.Contains("PATCH", method.Content.Headers.Allow);
        using var large = new StringContent(new string(' ', 100_000), Encoding.UTF8, "application/json");
        using var refused = await client.PatchAsync(System, large, Token);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
    }

    [Fact]
    public async Task System_Read_SaysWhatTheMachineIs()
    {
        var system = await bed.GetAsync(System);
        Assert.Equal(BmcTestbed.SerialNumber, system["SerialNumber"]!.GetValue<string>());
        Assert.Equal(1.0, system["MemorySummary"]!["TotalSystemMemoryGiB"]!.GetValue<double>());
        Assert.Equal(1, system["ProcessorSummary"]!["CoreCount"]!.GetValue<int>());
        Assert.True(Guid.TryParse(system["UUID"]!.GetValue<string>(), out _));
    }

    internal static async Task<IEnumerable<string>> MessagesAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        Assert.Equal(status, response.StatusCode);
        var body = await response.Content.ReadFromJsonAsync<JsonNode>(Token);
        return body!["error"]!["@Message.ExtendedInfo"]!.AsArray().Select(m => m!["MessageId"]!.GetValue<string>());
    }

    private static JsonObject Login(string password) => new() { ["UserName"] = BmcTestbed.UserName, ["Password"] = password };

    private static async Task<HttpResponseMessage> PatchAsync(HttpClient client, string path, string body, string tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("If-Match", tag);
        return await client.SendAsync(request, Token);
    }
}
