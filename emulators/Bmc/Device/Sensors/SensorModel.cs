using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.Device;

/// <summary>
/// Readings as a function of state and time: both fronts show the same number at the same moment, and nothing has to run for it. A host
/// that comes on warms up, one that goes off cools down; a slow wave of a phase of its own moves each sensor.
/// </summary>
public static class SensorModel
{
    /// <summary>Time in which two thirds of a change of temperature are done.</summary>
    public static readonly TimeSpan WarmUp = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan WavePeriod = TimeSpan.FromMinutes(7);

    public static SensorReading Read(SensorDefinition sensor, DeviceState state, DateTimeOffset now)
    {
        var value = state.SensorOverrides.TryGetValue(sensor.Id, out var forced) ? forced : Computed(sensor, state, now);
        return value is { } known ? new SensorReading(known, LevelOf(known, sensor.Thresholds)) : new SensorReading(null, SensorLevel.Normal);
    }

    public static SensorLevel LevelOf(double value, SensorThresholds limits) => value switch
    {
        _ when value >= limits.UpperFatal => SensorLevel.AboveUpperFatal,
        _ when value >= limits.UpperCritical => SensorLevel.AboveUpperCritical,
        _ when value >= limits.UpperCaution => SensorLevel.AboveUpperCaution,
        _ when value <= limits.LowerFatal => SensorLevel.BelowLowerFatal,
        _ when value <= limits.LowerCritical => SensorLevel.BelowLowerCritical,
        _ when value <= limits.LowerCaution => SensorLevel.BelowLowerCaution,
        _ => SensorLevel.Normal,
    };

    private static double? Computed(SensorDefinition sensor, DeviceState state, DateTimeOffset now)
    {
        var isOn = state.Power == MachinePower.On;
        var target = isOn ? sensor.On : sensor.Off;
        var before = isOn ? sensor.Off : sensor.On;
        if (target is not { } goal)
            return null;
        if (sensor.Kind == SensorKind.Temperature && before is { } start && state.PowerChangedTime is { } changed)
            goal += (start - goal) * Math.Exp(-Math.Max(0, (now - changed) / WarmUp));
        if (isOn)
            goal += sensor.Swing * Math.Sin(2 * Math.PI * ((now.ToUnixTimeMilliseconds() / WavePeriod.TotalMilliseconds) + (sensor.Number / 17.0)));
        return Math.Clamp(Math.Round(goal, Decimals(sensor.Kind)), sensor.Min, sensor.Max);
    }

    private static int Decimals(SensorKind kind) => kind switch
    {
        SensorKind.Voltage => 3,
        SensorKind.Current => 2,
        SensorKind.Fan => 0,
        _ => 1,
    };
}
