using Lab.Reports.Statistics.Kernels;
using MathNet.Numerics.Distributions;

namespace Lab.Reports.Statistics.SelfTest;

/// <summary>Draws one value of typical size <see cref="Typical"/>, with the true ratio multiplied in.</summary>
internal delegate double Draw(ref SplitMix64 random, double ratio);

/// <summary>How values scatter.</summary>
/// <param name="Root">
/// ∫f² of the noise on the log scale: what the standard error of the Hodges-Lehmann shift rests on (1 / (√12 ∫f²) · √(1/m + 1/n));
/// null where no formula is good at ten values.
/// </param>
internal sealed record NoiseShape(string Name, Draw Draw, double? Root = null)
{
    public const double Typical = 100;

    /// <summary>Of the reference's simulations.</summary>
    public const double Cv = 0.05;

    public static NoiseShape LogNormal { get; } = new("lognormal", (ref random, ratio) => Typical * ratio * Math.Exp(Cv * Gauss(ref random)), RootOfNormal(Cv));

    public static NoiseShape NormalNoise { get; } = new("normal", (ref random, ratio) => Typical * ratio * (1 + Cv * Gauss(ref random)), RootOfNormal(Cv));

    /// <summary>Student's t with 3 degrees of freedom, scaled to the same standard deviation; ∫f² of t₃ is 5√3 / (12π).</summary>
    public static NoiseShape HeavyTail { get; } = new(
        "heavy tail",
        (ref random, ratio) => Typical * ratio * Math.Exp(Cv / Math.Sqrt(3) * StudentT.InvCDF(0, 1, 3, random.Unit())),
        5 * Math.Sqrt(3) / (12 * Math.PI) / (Cv / Math.Sqrt(3)));

    /// <summary>Three in ten take 15 % longer.</summary>
    public static NoiseShape Bimodal { get; } = new(
        "bimodal",
        (ref random, ratio) => Typical * ratio * (random.Unit() < 0.3 ? 1.15 : 1) * Math.Exp(0.02 * Gauss(ref random)));

    /// <summary>A clock with steps of 4 %: all values are one of a few.</summary>
    public static NoiseShape Quantised { get; } = new(
        "quantised",
        (ref random, ratio) => 4 * Math.Round(LogNormal.Draw(ref random, ratio) / 4));

    /// <summary>Seven in ten are exactly the same.</summary>
    public static NoiseShape MadZero { get; } = new(
        "MAD = 0",
        (ref random, ratio) => Typical * ratio * (random.Unit() < 0.7 ? 1 : Math.Exp(2 * Cv * Gauss(ref random))));

    public static IReadOnlyList<NoiseShape> All { get; } = [LogNormal, NormalNoise, HeavyTail, Bimodal, Quantised, MadZero];

    public static double Gauss(ref SplitMix64 random) => Normal.InvCDF(0, 1, random.Unit());

    private static double RootOfNormal(double sigma) => 1 / (2 * sigma * Math.Sqrt(Math.PI));
}
