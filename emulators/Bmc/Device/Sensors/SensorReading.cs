namespace Lab.Emulators.Bmc.Device;

/// <summary>Where a reading stands among the thresholds, the worse the greater; lower ones negative.</summary>
public enum SensorLevel
{
    BelowLowerFatal = -3, BelowLowerCritical = -2, BelowLowerCaution = -1,
    Normal = 0,
    AboveUpperCaution = 1, AboveUpperCritical = 2, AboveUpperFatal = 3,
}

/// <param name="Value">Null while the sensor has no power.</param>
public readonly record struct SensorReading(double? Value, SensorLevel Level);
