using System.Collections.Immutable;

namespace Lab.Emulators.Bmc.Device;

public enum DeliveryRetryPolicy { TerminateAfterRetries, SuspendRetries, RetryForever }

/// <summary>Where events are sent: EventDestination (DSP2046) of SubscriptionType RedfishEvent.</summary>
/// <param name="RegistryPrefixes">Empty is all; so are <paramref name="MessageIds"/> and <paramref name="Severities"/>.</param>
/// <param name="Headers">Sent with each event; never shown.</param>
/// <param name="IsSuspended">Deliveries failed too often (<see cref="DeliveryRetryPolicy.SuspendRetries"/>).</param>
public sealed record EventSubscription(
    string Id,
    string Destination,
    string Context,
    ImmutableArray<string> RegistryPrefixes,
    ImmutableArray<string> MessageIds,
    ImmutableArray<string> Severities,
    ImmutableDictionary<string, string> Headers,
    DeliveryRetryPolicy RetryPolicy,
    bool VerifyCertificate,
    bool IsSuspended = false);
