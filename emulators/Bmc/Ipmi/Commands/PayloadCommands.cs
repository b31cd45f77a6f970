using Lab.Emulators.Bmc.Ipmi.Sessions;
using Lab.Emulators.Bmc.Ipmi.Settings;
using Lab.Emulators.Bmc.Ipmi.Sol;
using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Lan;
using Lab.Protocols.Ipmi.Sol;
using static Lab.Emulators.Bmc.Ipmi.Commands.CommandFamily;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>Payloads (IPMI 2.0 §24): serial over LAN is the one that can be activated, in one instance.</summary>
/// <param name="port">UDP port that payloads go to.</param>
internal sealed class PayloadCommands(SolFront sol, IpmiSettingsStore settings, int port)
{
    private const byte Instance = 1;
    private const byte TypeMask = 0x3f;
    private const byte InstanceMask = 0x0f;
    private const byte PayloadDisabled = 0x81;
    private const byte UserMask = 0x3f;
    private const byte SolBit = 1 << (int)PayloadType.Sol;

    internal IEnumerable<IpmiCommand> Commands =>
    [
        Row(IpmiNetFn.App, 0x48, IpmiPrivilege.User, 6..6, Activate),
        Row(IpmiNetFn.App, 0x49, IpmiPrivilege.User, 6..6, Deactivate),
        Row(IpmiNetFn.App, 0x4a, IpmiPrivilege.User, 1..1, ActivationStatus),
        Row(IpmiNetFn.App, 0x4b, IpmiPrivilege.User, 2..2, InstanceInfo),
        Row(IpmiNetFn.App, 0x4c, IpmiPrivilege.Administrator, 6..6, SetUserAccess),
        Row(IpmiNetFn.App, 0x4d, IpmiPrivilege.Operator, 2..2, UserAccess),
        Row(IpmiNetFn.App, 0x4e, IpmiPrivilege.User, 1..1, ChannelSupport),
        Row(IpmiNetFn.App, 0x4f, IpmiPrivilege.User, 2..2, ChannelVersion),
    ];

    private IpmiResponse Activate(IpmiCall call)
    {
        const byte AlreadyActive = 0x80;
        const byte CannotWithoutEncryption = 0x84;
        const byte Encryption = 0x80;
        const byte Authentication = 0x40;
        if (call.Session is not { } session)
            return Error(IpmiCompletion.NotSupportedInState);
        if (!IsSol(call.Data))
            return Error(IpmiCompletion.InvalidField);
        if ((call.Data[2] & (Encryption | Authentication)) != (Encryption | Authentication))
            return Error(CannotWithoutEncryption);
        var allowed = settings.Current;
        if (!allowed.Sol.IsEnabled || allowed.WithoutSol.Contains(session.UserId))
            return Error(PayloadDisabled);
        if (session.Privilege < allowed.Sol.Privilege)
            return Error(IpmiCompletion.InsufficientPrivilege);
        if (!sol.TryActivate(session))
            return Error(AlreadyActive);
        const int NoVlan = 0xffff;
        const int SizeMax = SolPacket.HeaderBytes + SolConnection.CharactersMax;
        return IpmiResponse.Of(
            0, 0, 0, 0, SizeMax & 0xff, SizeMax >> 8, SizeMax & 0xff, SizeMax >> 8, (byte)port, (byte)(port >> 8), NoVlan & 0xff, NoVlan >> 8);
    }

    private IpmiResponse Deactivate(IpmiCall call)
    {
        const byte AlreadyDeactivated = 0x80;
        if (!IsSol(call.Data))
            return Error(IpmiCompletion.InvalidField);
        // Another's connection may be ended by whoever could have opened it.
        if (sol.Holder is { } holder && holder != call.Session && call.Privilege < settings.Current.Sol.Privilege)
            return Error(IpmiCompletion.InsufficientPrivilege);
        return sol.Deactivate() ? IpmiResponse.Done : Error(AlreadyDeactivated);
    }

    private IpmiResponse ActivationStatus(IpmiCall call) => (call.Data[0] & TypeMask) == (byte)PayloadType.Sol
        ? IpmiResponse.Of(Instance, sol.Holder is null ? (byte)0 : (byte)1, 0)
        : Error(IpmiCompletion.InvalidField);

    private IpmiResponse InstanceInfo(IpmiCall call)
    {
        const byte SystemPort = 1;
        if (!IsSol(call.Data))
            return Error(IpmiCompletion.InvalidField);
        var id = sol.Holder?.Id ?? 0;
        return IpmiResponse.Of((byte)id, (byte)(id >> 8), (byte)(id >> 16), (byte)(id >> 24), SystemPort, 0, 0, 0, 0, 0, 0, 0);
    }

    private IpmiResponse SetUserAccess(IpmiCall call)
    {
        const int DisableOperation = 1;
        var operation = call.Data[1] >> 6;
        var user = call.Data[1] & UserMask;
        if (operation > DisableOperation || !IpmiChannel.TryResolve(call.Data[0], call.Channel, out var channel) || channel != IpmiChannel.Lan)
            return Error(IpmiCompletion.InvalidField);
        if (user is 0 or > UserCommands.IdMax)
            return Error(IpmiCompletion.ParameterOutOfRange);
        if ((call.Data[2] & SolBit) != 0)
            settings.Change(s => s with
            {
                WithoutSol = operation == DisableOperation ? s.WithoutSol.Add(user) : s.WithoutSol.Remove(user),
            });
        return IpmiResponse.Done;
    }

    private IpmiResponse UserAccess(IpmiCall call)
    {
        var user = call.Data[1] & UserMask;
        if (!IpmiChannel.TryResolve(call.Data[0], call.Channel, out var channel) || channel != IpmiChannel.Lan)
            return Error(IpmiCompletion.InvalidField);
        if (user is 0 or > UserCommands.IdMax)
            return Error(IpmiCompletion.ParameterOutOfRange);
        return IpmiResponse.Of(settings.Current.WithoutSol.Contains(user) ? (byte)0 : SolBit, 0, 0, 0);
    }

    private static IpmiResponse ChannelSupport(IpmiCall call)
    {
        const byte IpmiAndSol = 0x03;
        const byte SessionSetup = 0x3f;
        return IpmiChannel.TryResolve(call.Data[0], call.Channel, out var channel) && channel == IpmiChannel.Lan
            ? IpmiResponse.Of(IpmiAndSol, 0, SessionSetup, 0, 0, 0, 0, 0)
            : Error(IpmiCompletion.InvalidField);
    }

    private static IpmiResponse ChannelVersion(IpmiCall call)
    {
        const byte NotAvailable = 0x80;
        const byte Version10 = 0x10;
        if (!IpmiChannel.TryResolve(call.Data[0], call.Channel, out var channel) || channel != IpmiChannel.Lan)
            return Error(IpmiCompletion.InvalidField);
        return (PayloadType)call.Data[1] is PayloadType.OemExplicit or > PayloadType.Rakp4
            or (> PayloadType.OemExplicit and < PayloadType.OpenSessionRequest)
            ? Error(NotAvailable)
            : IpmiResponse.Of(Version10);
    }

    private static bool IsSol(ReadOnlySpan<byte> data) =>
        (data[0] & TypeMask) == (byte)PayloadType.Sol && (data[1] & InstanceMask) == Instance;
}
