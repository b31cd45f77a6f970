using Lab.Emulators.Bmc.Device;
using Lab.Protocols.Ipmi.Sdr;

namespace Lab.Emulators.Bmc.Ipmi.Sensors;

/// <summary>One sensor of the machine in IPMI's terms.</summary>
internal sealed record IpmiSensor(SensorDefinition Definition, FullSensorRecord Record)
{
    internal SensorScale Scale => Record.Scale;
}

/// <summary>The machine's sensors and the records of its SDR repository, made once from its profile.</summary>
internal sealed class SensorTable
{
    private const byte ControllerCapabilities = 0x8f;
    private const byte SystemBoard = 0x07;
    private readonly Dictionary<byte, IpmiSensor> byNumber;

    internal SensorTable(IReadOnlyList<SensorDefinition> definitions, string controllerName)
    {
        var instances = new Dictionary<byte, byte>();
        var sensors = new List<IpmiSensor>();
        foreach (var definition in definitions)
        {
            var entity = EntityOf(definition.Context);
            instances[entity] = (byte)(instances.GetValueOrDefault(entity) + 1);
            var id = (ushort)(sensors.Count + 1);
            sensors.Add(new IpmiSensor(definition, ToRecord(definition, id, (entity, instances[entity]))));
        }
        byNumber = sensors.ToDictionary(sensor => sensor.Definition.Number);
        Records =
        [
            .. sensors.Select(sensor => sensor.Record.ToBytes()),
            new ControllerLocatorRecord((ushort)(sensors.Count + 1), ControllerCapabilities, controllerName).ToBytes(),
            new FruLocatorRecord((ushort)(sensors.Count + 2), 0, SystemBoard, "Baseboard FRU").ToBytes(),
        ];
    }

    /// <summary>Records by id: the first has id 1.</summary>
    internal IReadOnlyList<byte[]> Records { get; }

    internal int Count => byNumber.Count;

    internal IpmiSensor? Find(byte number) => byNumber.GetValueOrDefault(number);

    private static FullSensorRecord ToRecord(SensorDefinition sensor, ushort id, (byte, byte) entity)
    {
        var scale = SensorScale.For(sensor.Min, sensor.Max);
        var limits = sensor.Thresholds;
        var present = ThresholdMask.None;
        byte Raw(double? value, ThresholdMask bit)
        {
            if (value is not { } known)
                return 0;
            present |= bit;
            return scale.ToRaw(known);
        }
        var (lowerNonCritical, lowerCritical, lowerNonRecoverable) = (
            Raw(limits.LowerCaution, ThresholdMask.LowerNonCritical),
            Raw(limits.LowerCritical, ThresholdMask.LowerCritical),
            Raw(limits.LowerFatal, ThresholdMask.LowerNonRecoverable));
        var (upperNonCritical, upperCritical, upperNonRecoverable) = (
            Raw(limits.UpperCaution, ThresholdMask.UpperNonCritical),
            Raw(limits.UpperCritical, ThresholdMask.UpperCritical),
            Raw(limits.UpperFatal, ThresholdMask.UpperNonRecoverable));
        var thresholds = new RawThresholds(
            present, lowerNonCritical, lowerCritical, lowerNonRecoverable, upperNonCritical, upperCritical, upperNonRecoverable);
        var (type, unit) = TypeOf(sensor.Kind);
        return new FullSensorRecord(id, sensor.Number, type, unit, entity, scale, scale.ToRaw(sensor.On), thresholds, sensor.Name);
    }

    /// <summary>Sensor type (table 42-3) and base unit (table 43-15).</summary>
    private static (byte Type, byte Unit) TypeOf(SensorKind kind) => kind switch
    {
        SensorKind.Temperature => (0x01, 1),
        SensorKind.Voltage => (0x02, 4),
        SensorKind.Current => (0x03, 5),
        SensorKind.Fan => (0x04, 18),
        // "Other units-based": watts have no type of their own.
        _ => (0x0b, 6),
    };

    /// <summary>Entity id (table 43-13) of Redfish's PhysicalContext.</summary>
    private static byte EntityOf(string context) => context switch
    {
        "CPU" => 0x03,
        "PowerSupply" => 0x0a,
        "Fan" => 0x1d,
        "Memory" => 0x20,
        "Intake" => 0x37,
        _ => SystemBoard,
    };
}
