using System.ComponentModel.DataAnnotations;
using Lab.Contracts.Runs;

namespace Lab.Contracts.Tests.Runs;

/// <summary>The quick check and the Validator it stands for say the same of every record.</summary>
public sealed class AnnotationCheckTests : RunDirectoryFixture
{
    private static readonly string?[] Texts =
    [
        null, "", "a", "a\n", "\na", "A", "a b", "é", "-a", "a.b_c-d", new string('a', 128), new string('a', 129), new string('a', 1024), new string('a', 1025),
        new string('a', 16 * 1024 + 1), new string('1', 32), new string('1', 32) + "\n", new string('1', 16), new string('g', 16),
    ];

    private static readonly double[] Numbers = [0, -0.0, 1, -1, double.Epsilon, -double.Epsilon, double.MaxValue, double.NaN, double.PositiveInfinity, double.NegativeInfinity];

    [Fact]
    public void Records_PassExactlyWhereTheValidatorPassesThem()
    {
        foreach (var text in Texts)
        {
            Same(Sample with { Metric = text! });
            Same(Sample with { Unit = text! });
            Same(Sample with { Scenario = text });
            Same(Span with { TraceId = text! });
            Same(Span with { SpanId = text! });
            Same(Span with { ParentSpanId = text });
            Same(Span with { Node = text });
            Same(Result with { Reason = text });
            Same(Result with { Scenario = text! });
            Same(Result.Checks[0] with { From = text });
            Same(Result.Checks[0] with { Observed = text! });
        }

        foreach (var number in Numbers)
        {
            Same(Span with { Duration = number });
            Same(Result with { Duration = number });
            Same(new MachineConditions { StolenCores = number });
            Same(new MachineConditions { ClockError = number });
        }
    }

    private static void Same<T>(T record) where T : class =>
        Assert.True(Validator.TryValidateObject(record, new ValidationContext(record), null, validateAllProperties: true) == AnnotationCheck<T>.Passes(record), record.ToString());
}
