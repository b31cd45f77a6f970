using System.Globalization;

namespace Lab.Emulators.Bmc.Device;

/// <summary>The events this BMC logs by itself. Sensor types and offsets: IPMI 2.0 table 42-3; messages: DMTF's registries (DSP8011).</summary>
public static class SelEvents
{
    private const byte PowerUnit = 0x09;
    private const byte EventLoggingDisabled = 0x10;
    private const byte SystemBootInitiated = 0x1d;
    private const byte Watchdog2 = 0x23;

    private const byte PowerOff = 0x00;
    private const byte InitiatedByPowerUp = 0x00;
    private const byte InitiatedByHardReset = 0x01;
    private const byte LogAreaCleared = 0x02;

    private const string SystemPath = "/redfish/v1/Systems/1";

    public static SelEvent PoweredOn { get; } = new()
    {
        SensorType = SystemBootInitiated,
        Data1 = InitiatedByPowerUp,
        MessageId = "ResourceEvent.1.4.ResourcePoweredOn",
        Message = $"The resource '{SystemPath}' has powered on.",
        MessageArgs = [SystemPath],
    };

    public static SelEvent PoweredOff { get; } = new()
    {
        SensorType = PowerUnit,
        Data1 = PowerOff,
        MessageId = "ResourceEvent.1.4.ResourcePoweredOff",
        Message = $"The resource '{SystemPath}' has powered off.",
        MessageArgs = [SystemPath],
    };

    public static SelEvent Restarted { get; } = new()
    {
        SensorType = SystemBootInitiated,
        Data1 = InitiatedByHardReset,
        Message = "The system restarted.",
    };

    public static SelEvent LogCleared { get; } = new()
    {
        SensorType = EventLoggingDisabled,
        Data1 = LogAreaCleared,
        Message = "The event log was cleared.",
    };

    /// <summary>Offsets of Watchdog 2: 0 timer expired, 1 hard reset, 2 power down, 3 power cycle; event data 2: interrupt and timer use.</summary>
    public static SelEvent WatchdogExpired(WatchdogUse use, WatchdogAction action) => new()
    {
        SensorType = Watchdog2,
        Data1 = (byte)(0xc0 | (byte)action),
        Data2 = (byte)use,
        Severity = EventSeverity.Warning,
        Message = string.Create(CultureInfo.InvariantCulture, $"The watchdog of {use} expired; action: {action}."),
    };
}
