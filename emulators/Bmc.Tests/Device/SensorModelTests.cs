using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.Tests.Device;

public sealed class SensorModelTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly SensorDefinition Temperature = new()
    {
        Number = 1, Id = "T", Name = "T", Kind = SensorKind.Temperature, Context = "CPU", On = 60, Off = 20, Max = 100,
        Thresholds = new SensorThresholds { UpperCaution = 80, UpperCritical = 90, LowerCritical = 5 },
    };

    private static readonly SensorDefinition Fan = new() { Number = 2, Id = "F", Name = "F", Kind = SensorKind.Fan, Context = "Fan", On = 5000, Swing = 100, Max = 9000 };

    [Fact]
    public void Temperature_HostComesOn_WarmsUpAndCoolsDownAgain()
    {
        var on = new DeviceState { Power = MachinePower.On, PowerChangedTime = Now };
        Assert.Equal(20, Read(Temperature, on, Now));
        Assert.InRange(Read(Temperature, on, Now + SensorModel.WarmUp)!.Value, 44, 46);
        Assert.Equal(60, Read(Temperature, on, Now + (20 * SensorModel.WarmUp)));
        var off = on with { Power = MachinePower.Off };
        Assert.InRange(Read(Temperature, off, Now + SensorModel.WarmUp)!.Value, 34, 36);
    }

    [Fact]
    public void Fan_HostIsOff_HasNoReading()
    {
        Assert.Null(Read(Fan, new DeviceState(), Now));
        Assert.InRange(Read(Fan, new DeviceState { Power = MachinePower.On }, Now)!.Value, 4900, 5100);
    }

    [Theory]
    [InlineData(60, SensorLevel.Normal)]
    [InlineData(80, SensorLevel.AboveUpperCaution)]
    [InlineData(95, SensorLevel.AboveUpperCritical)]
    [InlineData(4, SensorLevel.BelowLowerCritical)]
    public void Reading_Forced_StandsWhereTheThresholdsSay(double value, SensorLevel level)
    {
        var state = new DeviceState { SensorOverrides = new DeviceState().SensorOverrides.SetItem("T", value) };
        Assert.Equal(new SensorReading(value, level), SensorModel.Read(Temperature, state, Now));
    }

    private static double? Read(SensorDefinition sensor, DeviceState state, DateTimeOffset at) => SensorModel.Read(sensor, state, at).Value;
}
