namespace Lab.Protocols.Ipmi.Sdr;

/// <summary>
/// How an 8-bit raw reading stands for a value: y = (M·x + B·10^K1)·10^K2 (IPMI 2.0 §36.3). Raw readings are unsigned here.
/// </summary>
/// <param name="Multiplier">M, 10 bits, signed.</param>
/// <param name="Offset">B, 10 bits, signed.</param>
/// <param name="OffsetExponent">K1, 4 bits, signed.</param>
/// <param name="ResultExponent">K2, 4 bits, signed.</param>
public sealed record SensorScale(int Multiplier, int Offset, int OffsetExponent, int ResultExponent)
{
    private const int RawMax = 255;
    private const int OffsetMax = 511;
    private static readonly int[] NiceSteps = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 25, 30, 40, 50, 60, 80];

    /// <summary>The value of one step of the raw reading.</summary>
    public double Step => Multiplier * Power(ResultExponent);

    /// <summary>The finest scale of round steps that reaches from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public static SensorScale For(double min, double max)
    {
        var wanted = (max - min) / RawMax;
        var exponent = (int)Math.Floor(Math.Log10(wanted));
        var multiplier = NiceSteps.First(step => step * Power(exponent) >= wanted * (1 - 1e-9));
        // A round start below the lowest value, so that 0 and whole numbers are met.
        var offset = (int)Math.Floor(min / Power(exponent) / multiplier) * multiplier;
        if (offset + (multiplier * RawMax) < max / Power(exponent) * (1 - 1e-9))
            multiplier = NiceSteps.First(step => step > multiplier);
        offset = (int)Math.Floor(min / Power(exponent) / multiplier) * multiplier;
        var offsetExponent = 0;
        while (Math.Abs(offset) > OffsetMax)
        {
            offset = (int)Math.Floor(offset / 10.0);
            offsetExponent++;
        }
        return new SensorScale(multiplier, offset, offsetExponent, exponent);
    }

    public double ToValue(byte raw) => ((Multiplier * raw) + (Offset * Power(OffsetExponent))) * Power(ResultExponent);

    /// <summary>The nearest raw reading.</summary>
    public byte ToRaw(double value) => (byte)Math.Clamp(
        Math.Round(((value / Power(ResultExponent)) - (Offset * Power(OffsetExponent))) / Multiplier), 0, RawMax);

    private static double Power(int exponent) => Math.Pow(10, exponent);
}
