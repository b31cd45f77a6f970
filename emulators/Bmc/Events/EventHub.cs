using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Media;
using Lab.Emulators.Bmc.Redfish;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Bmc.Events;

/// <summary>
/// Turns changes of the device into events and brings them to subscribers: to each subscription in order, with retries, and to the
/// listeners of the event stream. A subscriber that is too slow loses the oldest events.
/// </summary>
internal sealed partial class EventHub(DeviceController device, Paths paths, UrlGuard guard, TimeProvider time, ILogger<EventHub> log)
{
    internal const int SubscriptionsMax = 20;
    internal const int ListenersMax = 10;
    internal const int RetryAttempts = 3;
    private const int QueueMax = 256;
    internal static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Channel<DeviceEvent>> queues = new();
    private readonly ConcurrentDictionary<string, Listener> listeners = new();
    private readonly Channel<string> added = Channel.CreateUnbounded<string>();
    private long lastSequence;
    private int lastListener;

    internal sealed record Listener(string Id, string UserName, Channel<DeviceEvent> Events);

    internal IEnumerable<Listener> Listeners => listeners.Values;

    internal async Task RunAsync(CancellationToken token)
    {
        device.Changed += OnChanged;
        List<Task> deliveries = [];
        try
        {
            foreach (var subscription in device.State.Subscriptions)
                Open(subscription.Id);
            await foreach (var id in added.Reader.ReadAllAsync(token))
            {
                deliveries.RemoveAll(task => task.IsCompleted);
                deliveries.Add(DeliverAsync(id, token));
            }
        }
        finally
        {
            device.Changed -= OnChanged;
            await Task.WhenAll(deliveries).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>Tells everyone.</summary>
    internal void Publish(RedfishMessage message, string? origin)
    {
        if (queues.IsEmpty && listeners.IsEmpty)
            return;
        var happened = new DeviceEvent(Interlocked.Increment(ref lastSequence), time.GetUtcNow(), message, origin);
        foreach (var queue in queues.Values)
            queue.Writer.TryWrite(happened);
        foreach (var listener in listeners.Values)
            listener.Events.Writer.TryWrite(happened);
    }

    /// <returns>Null when there are <see cref="ListenersMax"/> already.</returns>
    internal Listener? Listen(string userName)
    {
        if (listeners.Count >= ListenersMax)
            return null;
        var id = "SSE-" + Interlocked.Increment(ref lastListener).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return listeners[id] = new Listener(id, userName, NewQueue());
    }

    internal bool Leave(string id)
    {
        if (!listeners.TryRemove(id, out var listener))
            return false;
        listener.Events.Writer.TryComplete();
        return true;
    }

    private void OnChanged(DeviceState before, DeviceState after)
    {
        if (!ReferenceEquals(before.Subscriptions, after.Subscriptions))
            Follow(after.Subscriptions);
        foreach (var (message, origin) in StateEvents.Between(before, after, paths))
            Publish(message, origin);
    }

    private void Follow(ImmutableList<EventSubscription> wanted)
    {
        foreach (var gone in queues.Keys.Except(wanted.Select(subscription => subscription.Id)))
            if (queues.TryRemove(gone, out var queue))
                queue.Writer.TryComplete();
        foreach (var subscription in wanted)
            Open(subscription.Id);
    }

    private void Open(string id)
    {
        if (queues.TryAdd(id, NewQueue()))
            added.Writer.TryWrite(id);
    }

    private static Channel<DeviceEvent> NewQueue() =>
        Channel.CreateBounded<DeviceEvent>(new BoundedChannelOptions(QueueMax) { FullMode = BoundedChannelFullMode.DropOldest });

    private async Task DeliverAsync(string id, CancellationToken token)
    {
        if (!queues.TryGetValue(id, out var queue))
            return;
        await foreach (var happened in queue.Reader.ReadAllAsync(token))
            if (Find(id) is { IsSuspended: false } subscription && EventFilter.Takes(subscription, happened))
                await DeliverAsync(subscription, happened, token);
    }

    private EventSubscription? Find(string id) => device.State.Subscriptions.Find(subscription => subscription.Id == id);

    private async Task DeliverAsync(EventSubscription subscription, DeviceEvent happened, CancellationToken token)
    {
        for (var attempt = 0; Find(subscription.Id) is not null; attempt++)
        {
            if (attempt > 0)
                await Task.Delay(RetryInterval, time, token);
            if (await EventDelivery.TrySendAsync(guard, subscription, happened, time, token) is not { } error)
                return;
            LogFailed(subscription.Destination, error);
            if (attempt < RetryAttempts || subscription.RetryPolicy == DeliveryRetryPolicy.RetryForever)
                continue;
            await device.ConfigureAsync(
                state => state with
                {
                    Subscriptions = subscription.RetryPolicy == DeliveryRetryPolicy.TerminateAfterRetries
                        ? state.Subscriptions.RemoveAll(s => s.Id == subscription.Id)
                        : [.. state.Subscriptions.Select(s => s.Id == subscription.Id ? s with { IsSuspended = true } : s)],
                },
                token);
            return;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "an event did not reach {Destination}: {Reason}")]
    private partial void LogFailed(string destination, string reason);
}
