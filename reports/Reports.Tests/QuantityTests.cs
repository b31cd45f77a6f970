using Lab.Contracts.Runs;

namespace Lab.Reports.Tests;

public sealed class QuantityTests
{
    [Theory]
    [InlineData(6.04, Units.Second, "6.04 s")]
    [InlineData(0.25, Units.Second, "250 ms")]
    [InlineData(0.0000042, Units.Second, "4.20 µs")]
    [InlineData(0, Units.Second, "0 s")]
    [InlineData(3.1234, Units.Millisecond, "3.12 ms")]
    [InlineData(93_200_000, Units.BytePerSecond, "93.2 MB/s")]
    [InlineData(160_000_000, Units.BitPerSecond, "160 Mbit/s")]
    [InlineData(1073741824, Units.Byte, "1.00 GiB")]
    [InlineData(3100, Units.OperationPerSecond, "3.10 kIOPS")]
    [InlineData(1.19, Units.Ratio, "1.19")]
    [InlineData(0.5, Units.Core, "0.500 cores")]
    public void Value_WithUnit_IsReadable(double value, string unit, string text) => Assert.Equal(text, Quantity.Format(value, unit));

    [Fact]
    public void Range_OfOneUnit_NamesItOnce()
    {
        Assert.Equal("4.20 – 6.10 s", Quantity.Range(4.2, 6.1, Units.Second));
        Assert.Equal("900 ms – 1.10 s", Quantity.Range(0.9, 1.1, Units.Second));
    }

    [Fact]
    public void Difference_HasItsSign()
    {
        Assert.Equal("−18.5 ms", Quantity.SignedSeconds(-0.0185));
        Assert.Equal("+1.00 s", Quantity.SignedSeconds(1));
        Assert.Equal("–", Quantity.SignedSeconds(null));
    }
}
