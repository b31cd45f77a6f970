using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Faults;
using Lab.Emulators.Bmc.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Faults;

public sealed class FaultTests
{
    private const string System = SimulatedBmc.System;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Status_WithACount_ActsSoOftenOnWhatItIsFor()
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        bmc.Faults.Add(new FaultRule { Kind = FaultKind.Status, Status = 503, Path = "/redfish/v1/Systems/*", Method = "GET", CountMax = 2 });
        Assert.Equal(HttpStatusCode.OK, (await bmc.Client.GetAsync("/redfish/v1/Systems", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await bmc.Client.GetAsync(System + "/Bios", Token)).StatusCode);
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 3; i++)
            statuses.Add((await bmc.Client.GetAsync(System, Token)).StatusCode);
        Assert.Equal([HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK], statuses);
    }

    [Fact]
    public async Task Latency_IsWaitedBeforeTheAnswer()
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        bmc.Faults.Add(new FaultRule { Kind = FaultKind.Latency, LatencyMs = 300 });
        var start = Stopwatch.GetTimestamp();
        Assert.Equal(HttpStatusCode.OK, (await bmc.Client.GetAsync(System, Token)).StatusCode);
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(290));
    }

    [Fact]
    public async Task Drop_EndsTheConnection()
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        bmc.Faults.Add(new FaultRule { Kind = FaultKind.Drop, Path = "/redfish/v1/Chassis/**" });
        await Assert.ThrowsAsync<HttpRequestException>(() => bmc.Client.GetAsync("/redfish/v1/Chassis/1/Sensors", Token));
        Assert.Equal(HttpStatusCode.OK, (await bmc.Client.GetAsync(System, Token)).StatusCode);
    }

    [Fact]
    public async Task Stale_ShowsTheOldValueUntilItIsRemoved()
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        var fault = bmc.Faults.Add(new FaultRule { Kind = FaultKind.Stale, Path = System });
        Assert.Equal("Off", (await bmc.GetAsync(System))["PowerState"]!.GetValue<string>());
        await bmc.ResetAsync("On");
        Assert.Equal("Off", (await bmc.GetAsync(System))["PowerState"]!.GetValue<string>());
        Assert.True(bmc.Faults.Remove(fault.Id));
        Assert.Equal("On", (await bmc.GetAsync(System))["PowerState"]!.GetValue<string>());
    }

    [Fact]
    public async Task PasswordReset_LocksOutWhoHadTheOldOne()
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        bmc.Faults.Add(new FaultRule { Kind = FaultKind.PasswordReset, Password = "factory default", CountMax = 1 });
        Assert.Equal(HttpStatusCode.Unauthorized, (await bmc.Client.GetAsync(System, Token)).StatusCode);
        using var visitor = bmc.CreateClient(SimulatedBmc.UserName, "factory default");
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync(System, Token)).StatusCode);
    }

    [Fact]
    public void Bursts_ComeAtTheEndOfEverySoManyRequests()
    {
        var fault = new ActiveFault("1", new FaultRule { Kind = FaultKind.Status, BurstEvery = 5, BurstLength = 2 }, default);
        Assert.Equal("...xx...xx...", string.Concat(Enumerable.Range(0, 13).Select(_ => fault.TryAct(default) ? 'x' : '.')));
    }

    [Fact]
    public void Draws_OfTheSameSeed_AreTheSame()
    {
        static bool[] Acts()
        {
            var fault = new ActiveFault("1", new FaultRule { Kind = FaultKind.Drop, Probability = 0.5, Seed = 3 }, default);
            return [.. Enumerable.Range(0, 50).Select(_ => fault.TryAct(default))];
        }

        Assert.Equal(Acts(), Acts());
        Assert.Contains(true, Acts());
        Assert.Contains(false, Acts());
    }

    [Fact]
    public async Task ControlPort_SetsFaultsAndForcesSensors()
    {
        await using var bmc = await SimulatedBmc.StartAsync(withControl: true);
        using var control = new HttpClient { BaseAddress = bmc.ControlAddress };
        using var made = await control.PostAsync("/faults", SimulatedBmc.Content("""{"Kind":"Status","Status":500,"Path":"/redfish/v1/Systems"}"""), Token);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal(HttpStatusCode.InternalServerError, (await bmc.Client.GetAsync("/redfish/v1/Systems", Token)).StatusCode);
        var listed = Assert.Single((await control.GetFromJsonAsync<JsonArray>("/faults", Token))!);
        Assert.Equal(1, listed!["Count"]!.GetValue<int>());
        Assert.Equal(HttpStatusCode.NoContent, (await control.DeleteAsync("/faults/" + listed["Id"], Token)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await control.PostAsync("/faults", SimulatedBmc.Content("""{"Kind":"Status","Status":200}"""), Token)).StatusCode);

        Assert.Equal(HttpStatusCode.NoContent, (await control.PutAsync("/machines/machine/sensors/CPU1Temp", SimulatedBmc.Content("101"), Token)).StatusCode);
        var sensor = await bmc.GetAsync("/redfish/v1/Chassis/1/Sensors/CPU1Temp");
        Assert.Equal((101, "Critical"), (sensor["Reading"]!.GetValue<double>(), sensor["Status"]!["Health"]!.GetValue<string>()));
    }
}
