using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Events;
using Lab.Emulators.Bmc.Media;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>EventService 1.12 and EventDestination 1.16 (DSP2046), with the event stream of DSP0266 §12.5.4.</summary>
internal static class EventResource
{
    private const string Stream = Paths.EventService + "/SSE";
    private const string TestAction = Paths.EventService + "/Actions/EventService.SubmitTestEvent";
    private const string Type = "EventDestination.v1_16_0.EventDestination";
    private const int HeadersMax = 16;
    private static readonly string[] Severities = ["OK", "Warning", "Critical"];
    private static readonly string[] EventTypes = ["Alert"];

    internal static void MapEvents(this ResourceTable table)
    {
        table.Add(Paths.EventService, ReadService);
        table.Action(TestAction, Role.Operator, (request, body) =>
        {
            Test(request, body);
            return Task.CompletedTask;
        });
        table.Collection(Paths.Subscriptions, "EventDestinationCollection", "Event subscriptions", request =>
            request.State.Subscriptions.Select(s => s.Id).Concat(request.Bmc.Events.Listeners.Select(listener => listener.Id)).Select(PathOf))
            .Create(Role.Operator, CreateAsync);
        table.Add(Paths.Subscriptions + "/{subscription}", Read).Patch(Role.Operator, WriteAsync).Delete(Role.Operator, DeleteAsync);
        table.Other(Stream).On(HttpMethods.Get, Role.ReadOnly, StreamAsync);
    }

    private static string PathOf(string id) => $"{Paths.Subscriptions}/{id}";

    private static JsonObject ReadService(RedfishRequest request)
    {
        var service = Json.Resource(Paths.EventService, "EventService.v1_12_0.EventService", "EventService", "Event service");
        service["ServiceEnabled"] = true;
        service["DeliveryRetryAttempts"] = EventHub.RetryAttempts;
        service["DeliveryRetryIntervalSeconds"] = (int)EventHub.RetryInterval.TotalSeconds;
        service["EventFormatTypes"] = new JsonArray("Event");
        service["EventTypesForSubscription"] = Json.Strings(EventTypes);
        service["RegistryPrefixes"] = new JsonArray("ResourceEvent", "TaskEvent");
        service["Severities"] = Json.Strings(Severities);
        service["SubordinateResourcesSupported"] = false;
        service["IncludeOriginOfConditionSupported"] = false;
        service["ServerSentEventUri"] = Stream;
        service["SSEFilterPropertiesSupported"] = new JsonObject
        {
            ["EventFormatType"] = false,
            ["MessageId"] = false,
            ["OriginResource"] = false,
            ["RegistryPrefix"] = false,
            ["ResourceType"] = false,
        };
        service["Subscriptions"] = Json.Link(Paths.Subscriptions);
        service["Status"] = Json.Status();
        service["Actions"] = new JsonObject { ["#EventService.SubmitTestEvent"] = Json.Action(TestAction) };
        return service;
    }

    private static JsonObject? Read(RedfishRequest request)
    {
        var id = request["subscription"];
        if (request.Bmc.Events.Listeners.FirstOrDefault(listener => listener.Id == id) is { } listener)
        {
            var stream = Json.Resource(request.Path, Type, id, "Event stream of " + listener.UserName);
            stream["Context"] = "";
            stream["Protocol"] = "Redfish";
            stream["SubscriptionType"] = "SSE";
            stream["EventFormatType"] = "Event";
            return stream;
        }
        if (request.State.Subscriptions.Find(s => s.Id == id) is not { } subscription)
            return null;
        var resource = Json.Resource(request.Path, Type, id, "Event subscription " + id);
        resource["Destination"] = subscription.Destination;
        resource["Context"] = subscription.Context;
        resource["Protocol"] = "Redfish";
        resource["SubscriptionType"] = "RedfishEvent";
        resource["EventFormatType"] = "Event";
        resource["RegistryPrefixes"] = Json.Strings(subscription.RegistryPrefixes);
        resource["MessageIds"] = Json.Strings(subscription.MessageIds);
        resource["Severities"] = Json.Strings(subscription.Severities);
        resource["HttpHeaders"] = new JsonArray();
        resource["DeliveryRetryPolicy"] = subscription.RetryPolicy.ToString();
        resource["VerifyCertificate"] = subscription.VerifyCertificate;
        resource["Status"] = subscription.IsSuspended ? Json.Status("Disabled", "Warning") : Json.Status();
        return resource;
    }

    private static async Task<string> CreateAsync(RedfishRequest request, RequestBody body)
    {
        var destination = body.String("Destination", lengthMax: 2048);
        body.OneOf("Protocol", "Redfish");
        body.OneOf("SubscriptionType", "RedfishEvent");
        body.OneOf("EventFormatType", "Event");
        body.Strings("EventTypes", EventTypes);
        var context = body.Clearable("Context") ?? "";
        var wanted = new EventSubscription(
            "",
            destination ?? "",
            context,
            [.. body.Strings("RegistryPrefixes") ?? []],
            [.. body.Strings("MessageIds") ?? []],
            [.. body.Strings("Severities", Severities) ?? []],
            TakeHeaders(body),
            body.Enum<DeliveryRetryPolicy>("DeliveryRetryPolicy") ?? DeliveryRetryPolicy.TerminateAfterRetries,
            body.Bool("VerifyCertificate") ?? false);
        body.Require("Destination", "Protocol");
        if (destination is not null && !IsAllowed(request, destination))
            body.Refuse("Destination", messages => messages.WrongFormat(destination, "Destination"));
        body.End();
        var id = "";
        await request.Bmc.Device.ConfigureAsync(
            state =>
            {
                if (state.Subscriptions.Count >= EventHub.SubscriptionsMax)
                    throw new RedfishException(StatusCodes.Status400BadRequest, BaseMessages.EventSubscriptionLimitExceeded);
                id = (state.LastSubscriptionId + 1).ToString(CultureInfo.InvariantCulture);
                return state with { LastSubscriptionId = state.LastSubscriptionId + 1, Subscriptions = state.Subscriptions.Add(wanted with { Id = id }) };
            },
            request.Token);
        return PathOf(id);
    }

    private static bool IsAllowed(RedfishRequest request, string destination)
    {
        try
        {
            request.Bmc.Guard.Check(destination);
            return true;
        }
        catch (MediaException)
        {
            return false;
        }
    }

    private static ImmutableDictionary<string, string> TakeHeaders(RequestBody body)
    {
        var headers = ImmutableDictionary<string, string>.Empty;
        foreach (var part in body.Objects("HttpHeaders")?.Take(HeadersMax) ?? [])
        {
            foreach (var name in part.Names.ToList())
                if (part.String(name) is { } value)
                    headers = headers.SetItem(name, value);
            part.End();
        }
        return headers;
    }

    private static async Task WriteAsync(RedfishRequest request, RequestBody body)
    {
        var context = body.Clearable("Context");
        var policy = body.Enum<DeliveryRetryPolicy>("DeliveryRetryPolicy");
        var verify = body.Bool("VerifyCertificate");
        body.End();
        var id = request["subscription"];
        await request.Bmc.Device.ConfigureAsync(
            state => state with
            {
                Subscriptions = [.. state.Subscriptions.Select(s => s.Id != id ? s : s with
                {
                    Context = context ?? s.Context,
                    RetryPolicy = policy ?? s.RetryPolicy,
                    VerifyCertificate = verify ?? s.VerifyCertificate,
                })],
            },
            request.Token);
    }

    private static async Task DeleteAsync(RedfishRequest request)
    {
        var id = request["subscription"];
        if (!request.Bmc.Events.Leave(id))
            await request.Bmc.Device.ConfigureAsync(
                state => state with { Subscriptions = state.Subscriptions.RemoveAll(s => s.Id == id) }, request.Token);
    }

    private static void Test(RedfishRequest request, RequestBody body)
    {
        var id = body.String("MessageId");
        var text = body.String("Message");
        var args = body.Strings("MessageArgs");
        var severity = body.OneOf("MessageSeverity", Severities) ?? body.OneOf("Severity", Severities);
        var origin = body.String("OriginOfCondition");
        body.String("EventId");
        body.String("EventTimestamp");
        body.OneOf("EventType", EventTypes);
        body.Any("EventGroupId");
        if (id is not null && id.Split('.').Length < 2)
            body.Refuse("MessageId", messages => messages.WrongFormat(id, "MessageId"));
        body.End();
        var message = MessageRegistry.Of("ResourceEvent").Make("TestMessage");
        request.Bmc.Events.Publish(
            message with { MessageId = id ?? message.MessageId, Text = text ?? message.Text, Severity = severity ?? message.Severity, Arguments = args ?? [] }, origin);
    }

    private static async Task StreamAsync(RedfishRequest request)
    {
        if (request.Bmc.Events.Listen(request.Caller!.UserName) is not { } listener)
            throw new RedfishException(StatusCodes.Status503ServiceUnavailable, BaseMessages.EventSubscriptionLimitExceeded);
        try
        {
            var stopping = request.Context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
            using var end = CancellationTokenSource.CreateLinkedTokenSource(request.Token, stopping);
            await EventStream.WriteAsync(request.Context.Response, listener.Events.Reader, request.Bmc.Time, end.Token);
        }
        catch (OperationCanceledException)
        {
            // The listener left, or the BMC ends.
        }
        finally
        {
            request.Bmc.Events.Leave(listener.Id);
        }
    }
}
