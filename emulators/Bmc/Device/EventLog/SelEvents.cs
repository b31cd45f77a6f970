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

    /// <summary>Stands for the system's URI in messages; the Redfish front puts its own in.</summary>
    public const string SystemPath = "/redfish/v1/Systems/1";

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

    /// <summary>A reading crossed a threshold, or came back: generic threshold offsets of table 42-2.</summary>
    /// <param name="level">The worse of the levels before and after.</param>
    public static SelEvent ThresholdCrossed(SensorDefinition sensor, double value, SensorLevel level, bool isDeassertion)
    {
        var offset = level switch
        {
            SensorLevel.BelowLowerCaution => 0x00,
            SensorLevel.BelowLowerCritical => 0x02,
            SensorLevel.BelowLowerFatal => 0x04,
            SensorLevel.AboveUpperCaution => 0x07,
            SensorLevel.AboveUpperCritical => 0x09,
            _ => 0x0b,
        };
        var isWorse = Math.Abs((int)level) > 1;
        return new SelEvent
        {
            SensorType = SensorTypeOf(sensor.Kind),
            SensorNumber = sensor.Number,
            EventType = SelEvent.Threshold,
            IsDeassertion = isDeassertion,
            Data1 = (byte)offset,
            Severity = isDeassertion ? EventSeverity.OK : isWorse ? EventSeverity.Critical : EventSeverity.Warning,
            Message = string.Create(
                CultureInfo.InvariantCulture, $"Sensor '{sensor.Name}' reads {value}: {(isDeassertion ? "no longer " : "")}{level}."),
        };
    }

    private static byte SensorTypeOf(SensorKind kind) => kind switch
    {
        SensorKind.Temperature => 0x01,
        SensorKind.Voltage => 0x02,
        SensorKind.Current => 0x03,
        SensorKind.Fan => 0x04,
        _ => 0x0b,
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
