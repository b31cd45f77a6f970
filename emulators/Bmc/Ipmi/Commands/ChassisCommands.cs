using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Machine;
using Lab.Protocols.Ipmi;
using static Lab.Emulators.Bmc.Ipmi.Commands.CommandFamily;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>Power, identification and policy of the host (IPMI 2.0 §28.1 to §28.11).</summary>
internal sealed class ChassisCommands(BmcInstance bmc)
{
    private static readonly TimeSpan IdentifyTime = TimeSpan.FromSeconds(15);

    private readonly DeviceController device = bmc.Device;

    internal IEnumerable<IpmiCommand> Commands =>
    [
        Row(IpmiNetFn.Chassis, 0x00, IpmiPrivilege.User, 0..0, Capabilities),
        Row(IpmiNetFn.Chassis, 0x01, IpmiPrivilege.User, 0..0, Status),
        Row(IpmiNetFn.Chassis, 0x02, IpmiPrivilege.Operator, 1..1, ControlAsync),
        Row(IpmiNetFn.Chassis, 0x04, IpmiPrivilege.Operator, 0..2, IdentifyAsync),
        Row(IpmiNetFn.Chassis, 0x06, IpmiPrivilege.Administrator, 1..1, SetRestorePolicyAsync),
        Row(IpmiNetFn.Chassis, 0x07, IpmiPrivilege.User, 0..0, RestartCauseOf),
        Row(IpmiNetFn.Chassis, 0x0f, IpmiPrivilege.User, 0..0, PowerOnHours),
    ];

    private static IpmiResponse Capabilities(IpmiCall call)
    {
        const byte DiagnosticInterrupt = 0x04;
        const byte Bmc = 0x20;
        return IpmiResponse.Of(DiagnosticInterrupt, Bmc, Bmc, Bmc, Bmc);
    }

    private IpmiResponse Status(IpmiCall call)
    {
        const byte PowerOn = 0x01;
        const byte OnByIpmi = 0x10;
        const byte IdentifySupported = 0x40;
        const byte IdentifyForAWhile = 0x10;
        const byte IdentifyForEver = 0x20;
        var state = device.State;
        var policy = state.PowerRestorePolicy switch
        {
            PowerRestorePolicy.LastState => 0x20,
            PowerRestorePolicy.AlwaysOn => 0x40,
            _ => 0,
        };
        var isOn = state.Power == MachinePower.On;
        var identify = state.Indicator switch
        {
            { Active: false } => 0,
            { Until: null } => IdentifyForEver,
            _ => IdentifyForAWhile,
        };
        return IpmiResponse.Of(
            (byte)(policy | (isOn ? PowerOn : 0)),
            isOn && state.LastResetCause == RestartCause.ManagementCommand ? OnByIpmi : (byte)0,
            (byte)(IdentifySupported | identify));
    }

    private async ValueTask<IpmiResponse> ControlAsync(IpmiCall call, CancellationToken token)
    {
        const byte PowerCycle = 2;
        ResetType? type = (call.Data[0] & 0x0f) switch
        {
            0 => ResetType.ForceOff,
            1 => ResetType.On,
            PowerCycle => ResetType.PowerCycle,
            3 => ResetType.ForceRestart,
            4 => ResetType.Nmi,
            5 => ResetType.GracefulShutdown,
            _ => null,
        };
        if (type is null)
            return Error(IpmiCompletion.InvalidField);
        // §28.3 wants no action and this code where Redfish's PowerCycle would switch on.
        if (type == ResetType.PowerCycle && device.State.Power == MachinePower.Off)
            return Error(IpmiCompletion.NotSupportedInState);
        // Boot flags run out unless a Chassis Control command follows them in time (§28.13, parameter 3): here it is.
        await device.ConfigureAsync(
            state =>
            {
                var kept = DeviceMachine.Expire(state, bmc.Time.GetUtcNow());
                return kept with { Boot = kept.Boot with { ExpiresAt = null } };
            },
            token);
        return await device.ResetAsync(type.Value, token) ? IpmiResponse.Done : Error(IpmiCompletion.NotSupportedInState);
    }

    private async ValueTask<IpmiResponse> IdentifyAsync(IpmiCall call, CancellationToken token)
    {
        const byte ForEver = 0x01;
        var time = call.Data.Length > 0 ? TimeSpan.FromSeconds(call.Data[0]) : IdentifyTime;
        var indicator = call.Data switch
        {
            { Length: 2 } data when (data[1] & ForEver) != 0 => new Indicator(Active: true),
            _ when time == TimeSpan.Zero => new Indicator(),
            _ => new Indicator(Active: true, bmc.Time.GetUtcNow() + time),
        };
        await device.ConfigureAsync(state => state with { Indicator = indicator }, token);
        return IpmiResponse.Done;
    }

    private async ValueTask<IpmiResponse> SetRestorePolicyAsync(IpmiCall call, CancellationToken token)
    {
        const byte AllSupported = 0x07;
        const int NoChange = 3;
        var wanted = call.Data[0] & 0x07;
        if (wanted > NoChange)
            return Error(IpmiCompletion.InvalidField);
        if (wanted != NoChange)
            await device.ConfigureAsync(
                state => state with
                {
                    PowerRestorePolicy = wanted switch
                    {
                        0 => PowerRestorePolicy.AlwaysOff,
                        1 => PowerRestorePolicy.LastState,
                        _ => PowerRestorePolicy.AlwaysOn,
                    },
                },
                token);
        return IpmiResponse.Of(AllSupported);
    }

    private static byte CauseCode(RestartCause cause) => cause switch
    {
        RestartCause.ManagementCommand => 1,
        RestartCause.PowerButtonPress => 3,
        RestartCause.WatchdogExpiration => 4,
        RestartCause.PowerRestorePolicy => 6,
        RestartCause.OperatingSystemSoftRestart => 10,
        _ => 0,
    };

    private IpmiResponse RestartCauseOf(IpmiCall call) => IpmiResponse.Of(CauseCode(device.State.LastResetCause), IpmiChannel.Lan);

    private IpmiResponse PowerOnHours(IpmiCall call)
    {
        const byte MinutesPerCount = 60;
        var state = device.State;
        var on = state is { Power: MachinePower.On, PowerChangedTime: { } since } ? bmc.Time.GetUtcNow() - since : TimeSpan.Zero;
        var hours = (uint)Math.Max(0, on.TotalHours);
        return IpmiResponse.Of(MinutesPerCount, (byte)hours, (byte)(hours >> 8), (byte)(hours >> 16), (byte)(hours >> 24));
    }
}
