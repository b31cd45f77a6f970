using Lab.Emulators.Bmc.Device;

namespace Lab.Emulators.Bmc.Events;

/// <summary>Which events a subscription is for.</summary>
internal static class EventFilter
{
    internal static bool Takes(EventSubscription subscription, DeviceEvent happened)
    {
        var id = happened.Message.MessageId;
        var prefix = id[..id.IndexOf('.', StringComparison.Ordinal)];
        // Subscribers name messages with or without the registry's version (DSP2046, EventDestination.MessageIds).
        var key = $"{prefix}{id[id.LastIndexOf('.')..]}";
        return (subscription.RegistryPrefixes.IsEmpty || subscription.RegistryPrefixes.Contains(prefix))
            && (subscription.MessageIds.IsEmpty || subscription.MessageIds.Contains(id) || subscription.MessageIds.Contains(key))
            && (subscription.Severities.IsEmpty || subscription.Severities.Contains(happened.Message.Severity));
    }
}
