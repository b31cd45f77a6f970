using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Tests.Testbed;
using Lab.Emulators.Host.Tests.Testbed;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Lab.Emulators.Bmc.Tests.Redfish;

public sealed class EventTests : IAsyncLifetime
{
    private const string Subscriptions = "/redfish/v1/EventService/Subscriptions";
    private readonly ConcurrentQueue<JsonNode> received = new();
    private WebApplication receiver = null!;
    private volatile int refuse;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        receiver = builder.Build();
        receiver.Run(async context =>
        {
            if (Interlocked.Decrement(ref refuse) >= 0)
            {
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                return;
            }
            received.Enqueue((await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!);
        });
        await receiver.StartAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await receiver.StopAsync(CancellationToken.None);
        await receiver.DisposeAsync();
    }

    [Fact]
    public async Task Subscription_HostIsSwitchedOn_IsToldSo()
    {
        await using var bmc = await SimulatedBmc.StartAsync(allowsLocalUrls: true);
        var path = await SubscribeAsync(bmc, """,  "RegistryPrefixes":["ResourceEvent"]""");
        await bmc.ResetAsync("On");
        await Eventually.HoldsAsync("the event came", TimeSpan.FromSeconds(10), () => !received.IsEmpty, Token);
        Assert.True(received.TryDequeue(out var happened));
        Assert.Equal("mine", happened["Context"]!.GetValue<string>());
        Assert.Equal("ResourceEvent.1.4.ResourcePoweredOn", happened["Events"]![0]!["MessageId"]!.GetValue<string>());
        Assert.Equal(SimulatedBmc.System, happened["Events"]![0]!["OriginOfCondition"]!["@odata.id"]!.GetValue<string>());
        Assert.Equal("errors: 0", await SchemaJudge.ValidateAsync([happened], Token));
        Assert.Equal(HttpStatusCode.NoContent, (await bmc.Client.DeleteAsync(path, Token)).StatusCode);
        await bmc.ResetAsync("ForceOff");
        Assert.Empty((await bmc.GetAsync(Subscriptions))["Members"]!.AsArray());
    }

    [Fact]
    public async Task Subscription_DestinationFailsFirst_IsTriedAgain()
    {
        await using var bmc = await SimulatedBmc.StartAsync(allowsLocalUrls: true);
        await SubscribeAsync(bmc, "");
        refuse = 1;
        using var test = await bmc.PostAsync("/redfish/v1/EventService/Actions/EventService.SubmitTestEvent", """{"MessageId":"Test.1.0.Hello","Message":"hello"}""");
        Assert.Equal(HttpStatusCode.NoContent, test.StatusCode);
        await Eventually.HoldsAsync("the event came", TimeSpan.FromSeconds(20), () => !received.IsEmpty, Token);
        Assert.True(received.TryDequeue(out var happened));
        Assert.Equal("hello", happened["Events"]![0]!["Message"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/")]
    [InlineData("https://169.254.1.1/")]
    [InlineData("ftp://192.0.2.1/")]
    public async Task Subscription_DestinationThatMayNotBe_IsRefused(string destination)
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        using var response = await bmc.PostAsync(Subscriptions, $$"""{"Destination":"{{destination}}","Protocol":"Redfish"}""");
        Assert.Equal(["PropertyValueFormatError"], await SimulatedBmc.MessagesAsync(response, HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Stream_OfEvents_TellsAsTheyHappen()
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/redfish/v1/EventService/SSE");
        using var response = await bmc.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Token));
        Assert.Equal(": listening", await reader.ReadLineAsync(Token));
        var listed = Assert.Single((await bmc.GetAsync(Subscriptions))["Members"]!.AsArray());
        Assert.Equal("SSE", (await bmc.GetAsync(listed!["@odata.id"]!.GetValue<string>()))["SubscriptionType"]!.GetValue<string>());
        await bmc.ResetAsync("On");
        string? line;
        while ((line = await reader.ReadLineAsync(Token)) is not null && !line.StartsWith("data: ", StringComparison.Ordinal))
        {
        }
        var happened = JsonNode.Parse(line!["data: ".Length..])!;
        Assert.Equal("ResourceEvent.1.4.ResourcePoweredOn", happened["Events"]![0]!["MessageId"]!.GetValue<string>());
    }

    private async Task<string> SubscribeAsync(SimulatedBmc bmc, string more)
    {
        var address = receiver.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        using var made = await bmc.PostAsync(Subscriptions, $$"""{"Destination":"{{address}}/here","Protocol":"Redfish","Context":"mine"{{more}}}""");
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        return made.Headers.Location!.ToString();
    }
}
