using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Lab.Emulators.Bmc.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Redfish;

/// <summary>The clauses of DSP0266 that hold for every resource.</summary>
public sealed class ProtocolTests : IAsyncLifetime
{
    private const string System = SimulatedBmc.System;
    private SimulatedBmc bmc = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => bmc = await SimulatedBmc.StartAsync();

    public ValueTask DisposeAsync() => bmc.DisposeAsync();

    [Fact]
    public async Task Metadata_ReferencesDmtfsSchemasOfEveryTypeServed()
    {
        var metadata = XDocument.Parse(await bmc.Client.GetStringAsync("/redfish/v1/$metadata", Token));
        var included = metadata.Descendants().Where(e => e.Name.LocalName == "Include").Select(e => e.Attribute("Namespace")!.Value).ToHashSet();
        Assert.All(
            metadata.Descendants().Where(e => e.Name.LocalName == "Reference"),
            reference => Assert.StartsWith("http://redfish.dmtf.org/schemas/v1/", reference.Attribute("Uri")!.Value, StringComparison.Ordinal));
        var resources = await SchemaJudge.CrawlAsync(async path => await bmc.GetAsync(path));
        var types = resources.Values.Select(r => r["@odata.type"]!.GetValue<string>()[1..]).Select(type => type[..type.LastIndexOf('.')]).Distinct();
        Assert.Empty(types.Except(included));
    }

    [Theory]
    [InlineData("HEAD", System, HttpStatusCode.OK)]
    [InlineData("OPTIONS", System, HttpStatusCode.NoContent)]
    [InlineData("POST", System, HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "/redfish/v1/", HttpStatusCode.MethodNotAllowed)]
    [InlineData("PATCH", "/redfish/v1/Systems", HttpStatusCode.MethodNotAllowed)]
    [InlineData("PUT", System, HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", System + "/Actions/ComputerSystem.Reset", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/redfish/v1/Nothing", HttpStatusCode.NotFound)]
    public async Task Method_OnAResource_IsAllowedAsTheHeaderSays(string method, string path, HttpStatusCode status)
    {
        using var response = await bmc.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Token);
        Assert.Equal(status, response.StatusCode);
        if (status != HttpStatusCode.NotFound)
            Assert.Equal(status != HttpStatusCode.MethodNotAllowed, response.Content.Headers.Allow.Contains(method));
        if (method == "HEAD")
            Assert.True(response.Content.Headers.ContentLength > 0);
    }

    [Theory]
    [InlineData("Accept", "text/html", HttpStatusCode.NotAcceptable)]
    [InlineData("Accept", "text/html, application/json;q=0.5", HttpStatusCode.OK)]
    [InlineData("OData-Version", "3.0", HttpStatusCode.PreconditionFailed)]
    [InlineData("OData-Version", "4.0", HttpStatusCode.OK)]
    public async Task Header_OfARequest_IsJudged(string name, string value, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, System);
        request.Headers.TryAddWithoutValidation(name, value);
        Assert.Equal(status, (await bmc.Client.SendAsync(request, Token)).StatusCode);
    }

    [Fact]
    public async Task Body_OfAnotherType_Is415()
    {
        using var content = new StringContent("{}", Encoding.UTF8, "text/plain");
        using var response = await bmc.Client.PatchAsync(System, content, Token);
        Assert.Equal(["HeaderInvalid"], await SimulatedBmc.MessagesAsync(response, HttpStatusCode.UnsupportedMediaType));
    }

    [Fact]
    public async Task Tag_OfAResource_IsInHeaderAndBodyAndGuardsChanges()
    {
        using var read = await bmc.Client.GetAsync(System, Token);
        var tag = read.Headers.ETag!.Tag;
        Assert.Equal(tag, JsonNode.Parse(await read.Content.ReadAsStringAsync(Token))!["@odata.etag"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.NotModified, await SendAsync(HttpMethod.Get, "If-None-Match", tag));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(HttpMethod.Patch, "If-Match", tag, """{"AssetTag":"one"}"""));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await SendAsync(HttpMethod.Patch, "If-Match", tag, """{"AssetTag":"two"}"""));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(HttpMethod.Get, "If-None-Match", tag));
        Assert.Equal("one", (await bmc.GetAsync(System))["AssetTag"]!.GetValue<string>());

        async Task<HttpStatusCode> SendAsync(HttpMethod method, string header, string value, string? body = null)
        {
            using var request = new HttpRequestMessage(method, System) { Content = body is null ? null : SimulatedBmc.Content(body) };
            request.Headers.TryAddWithoutValidation(header, value);
            return (await bmc.Client.SendAsync(request, Token)).StatusCode;
        }
    }

    [Theory]
    [InlineData(".", false, true)]
    [InlineData("~", true, false)]
    [InlineData("*", true, true)]
    public async Task Expand_OfASystem_FollowsTheLinksMeant(string which, bool related, bool subordinate)
    {
        var system = await bmc.GetAsync($"{System}?$expand={which}");
        Assert.Equal(related, system["Links"]!["Chassis"]![0]!["ChassisType"] is not null);
        Assert.Equal(subordinate, system["Bios"]!["Attributes"] is not null);
        Assert.Null(system["LogServices"]!["Members"]?[0]!["LogEntryType"]);
    }

    [Fact]
    public async Task Expand_WithLevels_GoesDeeper()
    {
        var root = await bmc.GetAsync("/redfish/v1?$expand=.($levels=3)");
        var system = root["Systems"]!["Members"]![0]!;
        Assert.Equal("machine", system["Name"]!.GetValue<string>());
        Assert.NotNull(system["Bios"]!["Attributes"]);
        Assert.NotNull(system["Bios"]!["@odata.etag"]);
        Assert.Null(system["LogServices"]!["Members"]![0]!["LogEntryType"]);
    }

    [Fact]
    public async Task Select_OfNestedNames_ShowsThoseAlone()
    {
        var system = await bmc.GetAsync(System + "?$select=PowerState,Status/Health,Boot/BootSourceOverrideTarget");
        Assert.Equal(
            ["@odata.id", "@odata.type", "PowerState", "Status", "Boot", "@odata.etag"], system.Select(p => p.Key).Order(new SystemOrder()));
        Assert.Equal(["Health"], system["Status"]!.AsObject().Select(p => p.Key));
        Assert.Equal(
            ["BootSourceOverrideTarget", "BootSourceOverrideTarget@Redfish.AllowableValues"], system["Boot"]!.AsObject().Select(p => p.Key));
    }

    [Theory]
    [InlineData("Kind eq 'x'", 0)]
    [InlineData("ReadingType eq 'Temperature'", 4)]
    [InlineData("ReadingType eq 'Temperature' and Reading gt 1000", 0)]
    [InlineData("not (ReadingType eq 'Temperature' or ReadingType eq 'Rotational')", 5)]
    [InlineData("Status/Health eq 'OK' and ReadingRangeMax ge 20000", 2)]
    [InlineData("ReadingRangeMin lt 0", 2)]
    [InlineData("Reading ne null", 7)]
    public async Task Filter_OfSensors_ChoosesTheMembersMeant(string filter, int count)
    {
        var sensors = await bmc.GetAsync("/redfish/v1/Chassis/1/Sensors?$filter=" + Uri.EscapeDataString(filter));
        Assert.Equal(count, sensors["Members"]!.AsArray().Count);
        Assert.Equal(count, sensors["Members@odata.count"]!.GetValue<int>());
    }

    [Fact]
    public async Task TopAndSkip_OfACollection_ArePagesThatLinkOn()
    {
        var page = await bmc.GetAsync("/redfish/v1/Chassis/1/Sensors?$top=4&$skip=2");
        Assert.Equal(11, page["Members@odata.count"]!.GetValue<int>());
        Assert.Equal(4, page["Members"]!.AsArray().Count);
        var next = await bmc.GetAsync(page["Members@odata.nextLink"]!.GetValue<string>());
        Assert.Equal("/redfish/v1/Chassis/1/Sensors/P12V", next["Members"]![0]!["@odata.id"]!.GetValue<string>());
        Assert.Empty((await bmc.GetAsync("/redfish/v1/Chassis/1/Sensors?$top=0"))["Members"]!.AsArray());
    }

    [Fact]
    public async Task Only_OfOneMember_IsTheMember()
    {
        Assert.Equal(System, (await bmc.GetAsync("/redfish/v1/Systems?only"))["@odata.id"]!.GetValue<string>());
        Assert.Equal("/redfish/v1/Chassis/1/Sensors", (await bmc.GetAsync("/redfish/v1/Chassis/1/Sensors?only"))["@odata.id"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(System + "?$top=1", HttpStatusCode.BadRequest, "QueryNotSupportedOnResource")]
    [InlineData(System + "?only", HttpStatusCode.BadRequest, "QueryNotSupportedOnResource")]
    [InlineData("/redfish/v1/Systems?$top=-1", HttpStatusCode.BadRequest, "QueryParameterOutOfRange")]
    [InlineData("/redfish/v1/Systems?$skip=x", HttpStatusCode.BadRequest, "QueryParameterValueTypeError")]
    [InlineData("/redfish/v1/Systems?$expand=.($levels=99)", HttpStatusCode.BadRequest, "QueryParameterOutOfRange")]
    [InlineData("/redfish/v1/Systems?$expand=", HttpStatusCode.BadRequest, "QueryParameterValueFormatError")]
    [InlineData("/redfish/v1/Systems?$filter=Name%20is%20big", HttpStatusCode.BadRequest, "QueryParameterValueFormatError")]
    [InlineData("/redfish/v1/Systems?only&$top=1", HttpStatusCode.BadRequest, "QueryCombinationInvalid")]
    [InlineData("/redfish/v1/Systems?$apply=1", HttpStatusCode.NotImplemented, "QueryNotSupported")]
    public async Task Query_ThatCannotBe_IsNamed(string path, HttpStatusCode status, string message)
    {
        using var response = await bmc.Client.GetAsync(path, Token);
        Assert.Equal([message], await SimulatedBmc.MessagesAsync(response, status));
    }

    [Fact]
    public async Task Query_UnknownWithoutDollar_IsIgnored() => await bmc.GetAsync(System + "?rnd=1");

    [Fact]
    public async Task Patch_WithAQuery_IsRefused()
    {
        using var response = await bmc.PatchAsync(System + "?$select=AssetTag", """{"AssetTag":"x"}""");
        Assert.Equal(["QueryNotSupportedOnOperation"], await SimulatedBmc.MessagesAsync(response, HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Patch_PartlyUnknown_ChangesTheRestAndAnnotatesIt()
    {
        using var response = await bmc.PatchAsync(System, """{"AssetTag":"rack 7","Colour":"blue","UUID":"x"}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var system = JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!;
        Assert.Equal("rack 7", system["AssetTag"]!.GetValue<string>());
        Assert.Equal("Base.1.22.PropertyUnknown", system["Colour@Message.ExtendedInfo"]![0]!["MessageId"]!.GetValue<string>());
        Assert.Equal("Base.1.22.PropertyNotWritable", system["UUID@Message.ExtendedInfo"]![0]!["MessageId"]!.GetValue<string>());
    }

    [Fact]
    public async Task Patch_OfAnnotationsAlone_IsNoOperation()
    {
        using var response = await bmc.PatchAsync(System, """{"@odata.id":"/x"}""");
        Assert.Equal(["NoOperation"], await SimulatedBmc.MessagesAsync(response, HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Registries_OfEveryFile_CanBeRead()
    {
        var files = await bmc.GetAsync("/redfish/v1/Registries?$expand=.");
        Assert.Equal(9, files["Members"]!.AsArray().Count);
        foreach (var file in files["Members"]!.AsArray())
            Assert.NotNull((await bmc.GetAsync(file!["Location"]![0]!["Uri"]!.GetValue<string>()))["@odata.type"]);
    }

    [Fact]
    public async Task Expand_WithoutLogin_ShowsNothingBehindIt()
    {
        using var nobody = bmc.CreateClient(null);
        var root = JsonNode.Parse(await nobody.GetStringAsync("/redfish/v1/?$expand=*($levels=3)", Token))!;
        Assert.Null(root["Systems"]!["Members"]);
    }

    /// <summary>The tag is added last, where it stands is not said.</summary>
    private sealed class SystemOrder : IComparer<string>
    {
        private static readonly string[] Order = ["@odata.id", "@odata.type", "PowerState", "Status", "Boot", "@odata.etag"];

        public int Compare(string? x, string? y) => Array.IndexOf(Order, x).CompareTo(Array.IndexOf(Order, y));
    }
}
