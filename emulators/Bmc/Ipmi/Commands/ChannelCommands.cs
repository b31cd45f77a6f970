using Lab.Emulators.Bmc.Ipmi.Sessions;
using Lab.Emulators.Bmc.Ipmi.Settings;
using Lab.Protocols.Ipmi;
using static Lab.Emulators.Bmc.Ipmi.Commands.CommandFamily;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>Channels and who may use them (IPMI 2.0 §22.22 to §22.24). Volatile and non-volatile settings are one here.</summary>
internal sealed class ChannelCommands(SessionTable sessions, IpmiSettingsStore settings)
{
    private const byte NotForThisChannel = 0x82;
    private const byte AccessMask = 0x3f;
    private const int DoNotSet = 0;
    private const int Reserved = 3;

    internal IEnumerable<IpmiCommand> Commands =>
    [
        Row(IpmiNetFn.App, 0x40, IpmiPrivilege.Administrator, 3..3, SetAccess),
        Row(IpmiNetFn.App, 0x41, IpmiPrivilege.User, 2..2, Access),
        Row(IpmiNetFn.App, 0x42, IpmiPrivilege.User, 1..1, Info),
    ];

    private IpmiResponse SetAccess(IpmiCall call)
    {
        if (!IpmiChannel.TryResolve(call.Data[0], call.Channel, out var channel))
            return Error(IpmiCompletion.InvalidField);
        if (channel != IpmiChannel.Lan)
            return Error(NotForThisChannel);
        var (mode, limit) = (call.Data[1], call.Data[2]);
        if (mode >> 6 == Reserved || limit >> 6 == Reserved)
            return Error(IpmiCompletion.InvalidField);
        if (limit >> 6 != DoNotSet && (IpmiPrivilege)(limit & 0x0f) is < IpmiPrivilege.Callback or > IpmiPrivilege.Administrator)
            return Error(IpmiCompletion.InvalidField);
        settings.Change(s => s with
        {
            LanAccess = new ChannelAccess(
                mode >> 6 == DoNotSet ? s.LanAccess.Mode : (byte)(mode & AccessMask),
                limit >> 6 == DoNotSet ? s.LanAccess.Limit : (IpmiPrivilege)(limit & 0x0f)),
        });
        return IpmiResponse.Done;
    }

    private IpmiResponse Access(IpmiCall call)
    {
        if (!IpmiChannel.TryResolve(call.Data[0], call.Channel, out var channel) || call.Data[1] >> 6 is DoNotSet or Reserved)
            return Error(IpmiCompletion.InvalidField);
        var access = settings.Current.LanAccess;
        return channel == IpmiChannel.Lan ? IpmiResponse.Of(access.Mode, (byte)access.Limit) : Error(NotForThisChannel);
    }

    private IpmiResponse Info(IpmiCall call)
    {
        const byte Lan8023 = 0x04;
        const byte SystemInterfaceMedium = 0x0c;
        const byte IpmbProtocol = 0x01;
        const byte KcsProtocol = 0x05;
        const byte MultiSession = 0x80;
        const byte NoInterrupt = 0xff;
        if (!IpmiChannel.TryResolve(call.Data[0], call.Channel, out var channel))
            return Error(IpmiCompletion.InvalidField);
        // The vendor is the IPMI forum, enterprise 7154, whose protocols these are.
        return channel == IpmiChannel.Lan
            ? IpmiResponse.Of(channel, Lan8023, IpmbProtocol, (byte)(MultiSession | sessions.Active.Count), 0xf2, 0x1b, 0x00, 0, 0)
            : IpmiResponse.Of(channel, SystemInterfaceMedium, KcsProtocol, 0, 0xf2, 0x1b, 0x00, NoInterrupt, NoInterrupt);
    }
}
