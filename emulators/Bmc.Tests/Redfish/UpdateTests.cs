using System.Net;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Tests.Testbed;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Redfish;

public sealed class UpdateTests : IAsyncLifetime
{
    private const string Service = "/redfish/v1/UpdateService";
    private SimulatedBmc bmc = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => bmc = await SimulatedBmc.StartAsync(allowsLocalUrls: true);

    public ValueTask DisposeAsync() => bmc.DisposeAsync();

    [Fact]
    public async Task SimpleUpdate_OfTheBios_IsStagedUntilTheHostIsReset()
    {
        // Any file that can be fetched will do: this service's own document.
        using var started = await bmc.PostAsync(
            Service + "/Actions/UpdateService.SimpleUpdate", $$"""{"ImageURI":"{{bmc.Address}}redfish/v1/odata?bios-2.4.1.bin","Targets":["{{Service}}/FirmwareInventory/BIOS"]}""");
        await DoneAsync(started, "Completed");

        using var named = await PushAsync("bios-2.4.1.bin", "{}");
        await DoneAsync(named, "Completed");
        Assert.Equal("1.0.0", await VersionAsync("BIOS"));
        Assert.True((await bmc.GetAsync(Service + "/FirmwareInventory/BIOS"))["Staged"]!.GetValue<bool>());
        await bmc.ResetAsync("On");
        Assert.Equal("2.4.1", await VersionAsync("BIOS"));
        Assert.Equal("2.4.1", (await bmc.GetAsync(SimulatedBmc.System))["BiosVersion"]!.GetValue<string>());
    }

    [Fact]
    public async Task Push_OfAnAdapter_TakesEffectAtOnceAndOfTheBmcAtItsReset()
    {
        using var nic = await PushAsync("nic-7.1.bin", $$"""{"Targets":["{{Service}}/FirmwareInventory/NIC"]}""");
        await DoneAsync(nic, "Completed");
        Assert.Equal("7.1", await VersionAsync("NIC"));
        using var own = await PushAsync("bmc-3.0.0.bin", "{}");
        await DoneAsync(own, "Completed");
        Assert.Equal("1.0.0", await VersionAsync("BMC"));
        await bmc.Instance.BeginRestartAsync(Token);
        Assert.Equal("3.0.0", (await bmc.GetAsync("/redfish/v1/Managers/1"))["FirmwareVersion"]!.GetValue<string>());
    }

    [Fact]
    public async Task SimpleUpdate_ImageThatCannotBeHad_EndsTheTaskWithAnException()
    {
        using var started = await bmc.PostAsync(
            Service + "/Actions/UpdateService.SimpleUpdate", $$"""{"ImageURI":"{{bmc.Address}}redfish/v1/nothing.bin"}""");
        await DoneAsync(started, "Exception");
    }

    [Theory]
    [InlineData("""{"ImageURI":"file:///etc/passwd"}""", "AccessDenied")]
    [InlineData("""{}""", "ActionParameterMissing")]
    [InlineData("""{"ImageURI":"http://192.0.2.1/a.bin","Targets":["/redfish/v1/Systems/1"]}""", "ActionParameterValueNotInList")]
    public async Task SimpleUpdate_Wrong_StartsNothing(string body, string message)
    {
        using var response = await bmc.PostAsync(Service + "/Actions/UpdateService.SimpleUpdate", body);
        Assert.Equal([message], await SimulatedBmc.MessagesAsync(response, HttpStatusCode.BadRequest));
        Assert.Empty(bmc.Instance.Device.State.Tasks);
    }

    [Fact]
    public async Task Push_WithoutAFile_IsMalformed()
    {
        using var content = new MultipartFormDataContent { { new StringContent("{}"), "UpdateParameters" } };
        using var response = await bmc.Client.PostAsync(Service + "/upload", content, Token);
        Assert.Equal(["MissingOrMalformedPart"], await SimulatedBmc.MessagesAsync(response, HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Task_Cancelled_ChangesNothing()
    {
        using var started = await PushAsync("nic-9.9.bin", $$"""{"Targets":["{{Service}}/FirmwareInventory/NIC"]}""");
        using var cancelled = await bmc.Client.DeleteAsync(started.Headers.Location, Token);
        Assert.Equal(HttpStatusCode.NoContent, cancelled.StatusCode);
        Assert.Equal("1.0.0", await VersionAsync("NIC"));
        using var monitor = await bmc.Client.GetAsync(started.Headers.Location, Token);
        Assert.Equal("Cancelled", JsonNode.Parse(await monitor.Content.ReadAsStringAsync(Token))!["TaskState"]!.GetValue<string>());
    }

    private async Task<HttpResponseMessage> PushAsync(string fileName, string parameters)
    {
        using var content = new MultipartFormDataContent
        {
            { SimulatedBmc.Content(parameters), "UpdateParameters" },
            { new ByteArrayContent(new byte[200_000]), "UpdateFile", fileName },
        };
        return await bmc.Client.PostAsync(Service + "/upload", content, Token);
    }

    // As clients do: the monitor answers 202 with Retry-After until the task is done.
    private async Task DoneAsync(HttpResponseMessage started, string state)
    {
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        Assert.NotNull(started.Headers.RetryAfter);
        JsonNode? task = null;
        await Eventually.HoldsAsync("the task is done", TimeSpan.FromSeconds(20), async () =>
        {
            using var monitor = await bmc.Client.GetAsync(started.Headers.Location, Token);
            task = JsonNode.Parse(await monitor.Content.ReadAsStringAsync(Token));
            return monitor.StatusCode == HttpStatusCode.OK;
        }, Token);
        Assert.Equal(state, task!["TaskState"]!.GetValue<string>());
        Assert.Equal("errors: 0", await SchemaJudge.ValidateAsync([task], Token));
    }

    private async Task<string> VersionAsync(string id) => (await bmc.GetAsync($"{Service}/FirmwareInventory/{id}"))["Version"]!.GetValue<string>();
}
