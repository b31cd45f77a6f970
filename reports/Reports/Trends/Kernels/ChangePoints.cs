using MathNet.Numerics.Statistics;

namespace Lab.Reports.Trends.Kernels;

/// <param name="Index">Of the first value after the change.</param>
/// <param name="Before">Median of the values since the change before.</param>
/// <param name="After">Median of the values until the change after.</param>
/// <param name="P">Of <see cref="MeansTest"/> on these two stretches.</param>
internal readonly record struct ChangePoint(int Index, double Before, double After, double P);

/// <summary>
/// Change points by division: the best split of a stretch by <see cref="EnergySplit"/>, kept where <see cref="MeansTest"/> and the
/// least effect say so, then both sides in turn (as Matteson and James 2014 §3, with a test of means in place of their permutations,
/// after Hunter: Fleming et al., ICPE 2023). At last each change is tested again between its neighbours, and the weakest leaves
/// until all hold: a split of a stretch that has another step in it was tested against a mixture.
/// </summary>
internal static class ChangePoints
{
    /// <param name="values">Finite, in the order of time.</param>
    public static IReadOnlyList<ChangePoint> Find(double[] values, TrendPolicy policy)
    {
        var splits = new SortedSet<int>();
        var open = new Stack<(int From, int To)>([(0, values.Length)]);
        while (open.TryPop(out var stretch))
        {
            if (EnergySplit.Find(values.AsSpan(stretch.From, stretch.To - stretch.From), policy.SideMin) is not { } offset)
                continue;
            var split = stretch.From + offset;
            if (!Counts(Test(values, stretch.From, split, stretch.To), policy))
                continue;
            splits.Add(split);
            open.Push((stretch.From, split));
            open.Push((split, stretch.To));
        }

        while (true)
        {
            var changes = Between(values, [.. splits]);
            var failing = changes.Where(change => !Counts(change, policy)).ToList();
            if (failing.Count == 0)
                return changes;
            splits.Remove(failing.MaxBy(change => change.P).Index);
        }
    }

    private static List<ChangePoint> Between(double[] values, int[] splits) =>
        [.. splits.Select((split, i) => Test(values, i == 0 ? 0 : splits[i - 1], split, i + 1 == splits.Length ? values.Length : splits[i + 1]))];

    private static ChangePoint Test(double[] values, int from, int split, int to)
    {
        var (left, right) = (values[from..split], values[split..to]);
        // The step itself is no sign of resolution: each side is looked at alone.
        var quantum = Math.Max(Quantum.Of(left), Quantum.Of(right));
        return new ChangePoint(split, left.Median(), right.Median(), MeansTest.P(left, right, quantum));
    }

    private static bool Counts(ChangePoint change, TrendPolicy policy) =>
        change.P < policy.Alpha && Math.Abs(change.After - change.Before) >= policy.EffectMin * Math.Abs(change.Before) && change.After != change.Before;
}
