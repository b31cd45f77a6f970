using FsCheck;
using FsCheck.Fluent;
using Lab.Protocols.Ipmi.Sdr;

namespace Lab.Protocols.Tests.Ipmi;

public sealed class SensorScaleTests
{
    [Theory]
    [InlineData(0, 127, 5, 0, 0, -1)]
    [InlineData(-20, 80, 4, -200, 0, -1)]
    [InlineData(0, 20000, 8, 0, 0, 1)]
    [InlineData(0, 16, 8, 0, 0, -2)]
    public void Scale_ForARange_HasTheseFactors(double min, double max, int multiplier, int offset, int offsetExponent, int resultExponent) =>
        Assert.Equal(new SensorScale(multiplier, offset, offsetExponent, resultExponent), SensorScale.For(min, max));

    [Fact]
    public void Scale_AnyRange_GivesValuesBackWithinHalfAStep() => Prop.ForAll(
        Gen.Choose(-500, 500).ToArbitrary(), Gen.Choose(1, 200000).ToArbitrary(), Gen.Choose(0, 1000).ToArbitrary(), (min, width, part) =>
        {
            var scale = SensorScale.For(min, min + width);
            var value = min + (width * (part / 1000.0));
            return Math.Abs(scale.ToValue(scale.ToRaw(value)) - value) <= (scale.Step / 2) + 1e-6;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Scale_AnyRange_FitsItsFields() => Prop.ForAll(
        Gen.Choose(-5000, 5000).ToArbitrary(), Gen.Choose(1, 2000000).ToArbitrary(), (min, width) =>
        {
            var scale = SensorScale.For(min, min + width);
            return scale.Multiplier is > 0 and < 512 && Math.Abs(scale.Offset) < 512
                && Math.Abs(scale.OffsetExponent) < 8 && Math.Abs(scale.ResultExponent) < 8;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
}
