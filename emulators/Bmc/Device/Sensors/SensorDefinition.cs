namespace Lab.Emulators.Bmc.Device;

/// <summary>What a sensor measures, in units of Redfish's Sensor.ReadingUnits: °C, rpm, V, A, W.</summary>
public enum SensorKind { Temperature, Fan, Voltage, Current, Power }

/// <summary>Limits of a reading; null where there is none. Caution, critical and fatal are IPMI's non-critical, critical and non-recoverable.</summary>
public sealed record SensorThresholds
{
    public double? LowerFatal { get; init; }
    public double? LowerCritical { get; init; }
    public double? LowerCaution { get; init; }
    public double? UpperCaution { get; init; }
    public double? UpperCritical { get; init; }
    public double? UpperFatal { get; init; }
}

/// <summary>One sensor of a machine, as its profile describes it.</summary>
public sealed record SensorDefinition
{
    /// <summary>Number at the IPMI front, 1 to 254, unique in the machine.</summary>
    public required byte Number { get; init; }

    /// <summary>Id at the Redfish front.</summary>
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required SensorKind Kind { get; init; }

    /// <summary>Redfish's PhysicalContext.</summary>
    public required string Context { get; init; }

    /// <summary>Reading of a host that has run for a while.</summary>
    public required double On { get; init; }

    /// <summary>Reading of a host that is off; null when the sensor is then without power.</summary>
    public double? Off { get; init; }

    /// <summary>How far readings move around <see cref="On"/>, either way.</summary>
    public double Swing { get; init; }

    /// <summary>Lowest and highest reading the sensor can give.</summary>
    public double Min { get; init; }
    public required double Max { get; init; }
    public SensorThresholds Thresholds { get; init; } = new();
}
