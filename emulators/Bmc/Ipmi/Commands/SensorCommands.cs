using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Ipmi.Sensors;
using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Sdr;
using static Lab.Emulators.Bmc.Ipmi.Commands.CommandFamily;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>Sensors (IPMI 2.0 §35): live readings and what is needed to understand them. Thresholds are the profile's and cannot be set.</summary>
internal sealed class SensorCommands(BmcInstance bmc, SensorTable sensors)
{
    private const byte EventsAndScanning = 0xc0;

    internal IEnumerable<IpmiCommand> Commands =>
    [
        Row(IpmiNetFn.SensorEvent, 0x20, IpmiPrivilege.User, 0..1, DeviceSdrInfo),
        Row(IpmiNetFn.SensorEvent, 0x23, IpmiPrivilege.User, 2..2, ReadingFactors),
        Row(IpmiNetFn.SensorEvent, 0x25, IpmiPrivilege.User, 2..2, Hysteresis),
        Row(IpmiNetFn.SensorEvent, 0x27, IpmiPrivilege.User, 1..1, Thresholds),
        Row(IpmiNetFn.SensorEvent, 0x29, IpmiPrivilege.User, 1..1, EventEnable),
        Row(IpmiNetFn.SensorEvent, 0x2b, IpmiPrivilege.User, 1..1, EventStatus),
        Row(IpmiNetFn.SensorEvent, 0x2d, IpmiPrivilege.User, 1..1, Reading),
        Row(IpmiNetFn.SensorEvent, 0x2f, IpmiPrivilege.User, 1..1, Type),
    ];

    private IpmiResponse DeviceSdrInfo(IpmiCall call)
    {
        const byte StaticWithLun0 = 0x01;
        var ofRecords = call.Data is [1];
        return IpmiResponse.Of((byte)(ofRecords ? sensors.Records.Count : sensors.Count), StaticWithLun0);
    }

    private IpmiResponse ReadingFactors(IpmiCall call) => WithSensor(call, sensor =>
    {
        var scale = sensor.Scale;
        // The same factors for every reading; the first byte names the next reading whose factors differ.
        return IpmiResponse.Of(
            0xff, (byte)scale.Multiplier, (byte)((scale.Multiplier >> 2) & 0xc0), (byte)scale.Offset, (byte)((scale.Offset >> 2) & 0xc0), 0,
            (byte)((scale.ResultExponent << 4) | (scale.OffsetExponent & 0x0f)));
    });

    private IpmiResponse Hysteresis(IpmiCall call) => WithSensor(call, _ => IpmiResponse.Of(0, 0));

    private IpmiResponse Thresholds(IpmiCall call) => WithSensor(call, sensor =>
    {
        var raw = sensor.Record.Thresholds;
        return IpmiResponse.Of(
            (byte)raw.Present, raw.LowerNonCritical, raw.LowerCritical, raw.LowerNonRecoverable,
            raw.UpperNonCritical, raw.UpperCritical, raw.UpperNonRecoverable);
    });

    private IpmiResponse EventEnable(IpmiCall call) => WithSensor(call, _ => IpmiResponse.Of(EventsAndScanning, 0, 0, 0, 0));

    private IpmiResponse EventStatus(IpmiCall call) => WithSensor(call, _ => IpmiResponse.Of(EventsAndScanning, 0, 0, 0, 0));

    private IpmiResponse Reading(IpmiCall call) => WithSensor(call, sensor =>
    {
        const byte Unavailable = 0x20;
        const byte Reserved = 0xc0;
        var reading = SensorModel.Read(sensor.Definition, bmc.Device.State, bmc.Time.GetUtcNow());
        return reading.Value is { } value
            ? IpmiResponse.Of(sensor.Scale.ToRaw(value), EventsAndScanning, (byte)(Reserved | (byte)Exceeded(reading.Level, sensor.Record.Thresholds.Present)))
            : IpmiResponse.Of(0, EventsAndScanning | Unavailable, Reserved);
    });

    private IpmiResponse Type(IpmiCall call) => WithSensor(call, sensor => IpmiResponse.Of(sensor.Record.SensorType, SelEvent.Threshold));

    /// <summary>All thresholds that a reading of this level is at or beyond.</summary>
    private static ThresholdMask Exceeded(SensorLevel level, ThresholdMask present) => present & level switch
    {
        SensorLevel.BelowLowerFatal => ThresholdMask.LowerNonCritical | ThresholdMask.LowerCritical | ThresholdMask.LowerNonRecoverable,
        SensorLevel.BelowLowerCritical => ThresholdMask.LowerNonCritical | ThresholdMask.LowerCritical,
        SensorLevel.BelowLowerCaution => ThresholdMask.LowerNonCritical,
        SensorLevel.AboveUpperCaution => ThresholdMask.UpperNonCritical,
        SensorLevel.AboveUpperCritical => ThresholdMask.UpperNonCritical | ThresholdMask.UpperCritical,
        SensorLevel.AboveUpperFatal => ThresholdMask.UpperNonCritical | ThresholdMask.UpperCritical | ThresholdMask.UpperNonRecoverable,
        _ => ThresholdMask.None,
    };

    private IpmiResponse WithSensor(IpmiCall call, Func<IpmiSensor, IpmiResponse> answer) =>
        sensors.Find(call.Data[0]) is { } sensor ? answer(sensor) : Error(IpmiCompletion.RequestedDataNotPresent);
}
