using MathNet.Numerics;

namespace Lab.Reports.Statistics.Kernels;

/// <summary>
/// Two-sided permutation test of the difference of means, as Firecracker's ab_test.py makes it (scipy.stats.permutation_test with
/// 9,999 resamples): every relabelling where they are few, else a random sample with the observed one counted in.
/// </summary>
internal static class PermutationTest
{
    private const int Resamples = 9_999;

    // As scipy: relabellings that equal the observed one but for rounding count as equal.
    private const double Slack = 1e-14;

    public static double P(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ulong seed)
    {
        if (x.Length == 0 || y.Length == 0)
            return 1;
        var all = new double[x.Length + y.Length];
        x.CopyTo(all);
        y.CopyTo(all.AsSpan(x.Length));
        var (scale, total) = (0.0, 0.0);
        foreach (var value in all)
        {
            total += value;
            scale += Math.Abs(value);
        }
        // The total is fixed: a difference of means as far from zero is a sum of the first sample as far from its mean.
        var mean = total * x.Length / all.Length;
        var limit = Math.Abs(Sum(x) - mean) - Slack * scale;
        return Combinatorics.Combinations(all.Length, x.Length) <= Resamples
            ? Enumerate(all, x.Length, mean, limit)
            : Sample(all, x.Length, mean, limit, new SplitMix64(seed));
    }

    private static double Sum(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values)
            sum += value;
        return sum;
    }

    private static double Enumerate(double[] all, int size, double mean, double limit)
    {
        var (count, far) = (0, 0);
        Take(0, size, 0);
        return (double)far / count;

        void Take(int from, int left, double sum)
        {
            if (left == 0)
            {
                count++;
                far += Math.Abs(sum - mean) >= limit ? 1 : 0;
                return;
            }
            for (var i = from; i <= all.Length - left; i++)
                Take(i + 1, left - 1, sum + all[i]);
        }
    }

    private static double Sample(double[] all, int size, double mean, double limit, SplitMix64 random)
    {
        var far = 1;
        for (var resample = 0; resample < Resamples; resample++)
        {
            // The first places of a Fisher-Yates shuffle are a random sample.
            var sum = 0.0;
            for (var i = 0; i < size; i++)
            {
                var j = i + random.Below(all.Length - i);
                (all[i], all[j]) = (all[j], all[i]);
                sum += all[i];
            }
            far += Math.Abs(sum - mean) >= limit ? 1 : 0;
        }
        return far / (Resamples + 1.0);
    }
}
