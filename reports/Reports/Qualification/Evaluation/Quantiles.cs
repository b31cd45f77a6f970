namespace Lab.Reports.Qualification.Evaluation;

/// <summary>Quantiles of series whose failed operations are infinities.</summary>
internal static class Quantiles
{
    /// <summary>Linear interpolation (R-7, as in every report), which ends in an infinity where it touches one.</summary>
    /// <param name="sorted">Ascending, at least one.</param>
    public static double Of(IReadOnlyList<double> sorted, double quantile)
    {
        var at = (sorted.Count - 1) * quantile;
        var (below, above) = (sorted[(int)Math.Floor(at)], sorted[(int)Math.Ceiling(at)]);
        // An infinity times zero is no number.
        return below == above || at == Math.Floor(at) ? below : double.IsInfinity(below) ? below : below + (at - Math.Floor(at)) * (above - below);
    }
}
