using System.Buffers.Binary;
using System.Net;
using Lab.Emulators.Bmc.Ipmi.Sessions;
using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Lan;
using static Lab.Emulators.Bmc.Ipmi.Commands.CommandFamily;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>Sessions of the LAN channel (IPMI 2.0 §22.13 to §22.20): what leads to one, its privilege, its end.</summary>
internal sealed class SessionCommands(SessionTable sessions)
{
    private const byte RmcpPlusRequested = 0x80;
    private const byte ListBySuite = 0x80;
    private const int CipherSuiteChunk = 16;

    internal IEnumerable<IpmiCommand> Commands =>
    [
        Row(IpmiNetFn.App, 0x38, IpmiPrivilege.None, 2..2, AuthenticationCapabilities),
        Row(IpmiNetFn.App, 0x54, IpmiPrivilege.None, 3..3, CipherSuites),
        // The sessions of IPMI 1.5 know no authentication that this channel allows.
        Row(IpmiNetFn.App, 0x39, IpmiPrivilege.None, 17..17, _ => Error(IpmiCompletion.InvalidField)),
        Row(IpmiNetFn.App, 0x3a, IpmiPrivilege.None, 22..22, _ => Error(IpmiCompletion.InvalidField)),
        Row(IpmiNetFn.App, 0x3b, IpmiPrivilege.Callback, 1..1, SetPrivilege),
        Row(IpmiNetFn.App, 0x3c, IpmiPrivilege.Callback, 4..5, Close),
        Row(IpmiNetFn.App, 0x3d, IpmiPrivilege.User, 1..5, Info),
    ];

    private static IpmiResponse AuthenticationCapabilities(IpmiCall call)
    {
        const byte Extended = 0x80;
        const byte NonNullUsers = 0x04;
        const byte Version20 = 0x02;
        if (!IpmiChannel.TryResolve(call.Data[0], call.Channel, out var channel))
            return Error(IpmiCompletion.InvalidField);
        if ((IpmiPrivilege)(call.Data[1] & 0x0f) is < IpmiPrivilege.Callback or > IpmiPrivilege.Administrator)
            return Error(IpmiCompletion.InvalidField);
        // No authentication type of IPMI 1.5 is offered; whoever did not ask for RMCP+ finds none.
        var isExtended = channel == IpmiChannel.Lan && (call.Data[0] & RmcpPlusRequested) != 0;
        return IpmiResponse.Of(channel, isExtended ? Extended : (byte)0, NonNullUsers, isExtended ? Version20 : (byte)0, 0, 0, 0, 0);
    }

    private static IpmiResponse CipherSuites(IpmiCall call)
    {
        if (!IpmiChannel.TryResolve(call.Data[0], call.Channel, out var channel) || channel != IpmiChannel.Lan)
            return Error(IpmiCompletion.InvalidField);
        if ((PayloadType)(call.Data[1] & 0x3f) is not (PayloadType.Ipmi or PayloadType.Sol))
            return Error(IpmiCompletion.InvalidField);
        byte[] list = (call.Data[2] & ListBySuite) != 0
            ? [.. CipherSuite.All.SelectMany(suite => suite.ToRecord())]
            : [.. CipherSuite.All.SelectMany(suite => suite.ToRecord()[2..]).Distinct()];
        var from = Math.Min((call.Data[2] & 0x3f) * CipherSuiteChunk, list.Length);
        var count = Math.Min(CipherSuiteChunk, list.Length - from);
        return IpmiResponse.Of([channel, .. list.AsSpan(from, count)]);
    }

    private static IpmiResponse SetPrivilege(IpmiCall call)
    {
        const byte NotAvailableForUser = 0x80;
        const byte ExceedsLimit = 0x81;
        if (call.Session is not { } session)
            return Error(IpmiCompletion.NotSupportedInState);
        var wanted = (IpmiPrivilege)(call.Data[0] & 0x0f);
        // 0 asks for the present level.
        if (wanted == IpmiPrivilege.None)
            return IpmiResponse.Of((byte)session.Privilege);
        if (wanted is IpmiPrivilege.Callback or > IpmiPrivilege.Oem)
            return Error(IpmiCompletion.InvalidField);
        if (wanted == IpmiPrivilege.Oem)
            return Error(NotAvailableForUser);
        if (wanted > session.Limit)
            return Error(ExceedsLimit);
        session.Privilege = wanted;
        return IpmiResponse.Of((byte)wanted);
    }

    private IpmiResponse Close(IpmiCall call)
    {
        const byte InvalidSessionId = 0x87;
        const byte InvalidSessionHandle = 0x88;
        var id = BinaryPrimitives.ReadUInt32LittleEndian(call.Data);
        // Id 0 is followed by a handle, every other id by nothing.
        if ((id == 0) != (call.Data.Length == 5))
            return Error(IpmiCompletion.RequestLengthInvalid);
        var session = id == 0 ? ByHandle(call.Data[4]) : sessions.Find(id);
        if (session is null)
            return Error(id == 0 ? InvalidSessionHandle : InvalidSessionId);
        if (session != call.Session && call.Privilege < IpmiPrivilege.Administrator)
            return Error(IpmiCompletion.InsufficientPrivilege);
        sessions.Close(session);
        return IpmiResponse.Done;
    }

    private IpmiResponse Info(IpmiCall call)
    {
        const byte ByHandleFollows = 0xfe;
        const byte ByIdFollows = 0xff;
        var active = sessions.Active;
        var length = call.Data[0] switch { ByHandleFollows => 2, ByIdFollows => 5, _ => 1 };
        if (call.Data.Length != length)
            return Error(IpmiCompletion.RequestLengthInvalid);
        var session = call.Data[0] switch
        {
            0 => call.Session,
            ByHandleFollows => ByHandle(call.Data[1]),
            ByIdFollows => sessions.Find(BinaryPrimitives.ReadUInt32LittleEndian(call.Data[1..])),
            var index => active.ElementAtOrDefault(index - 1),
        };
        if (session is null && call.Data[0] is 0 or ByHandleFollows or ByIdFollows)
            return Error(IpmiCompletion.RequestedDataNotPresent);
        if (session is null)
            return IpmiResponse.Of(0, SessionLimits.SessionsMax, (byte)active.Count);
        const byte RmcpPlus = 0x10;
        byte[] known =
        [
            session.Handle, SessionLimits.SessionsMax, (byte)active.Count, (byte)session.UserId, (byte)session.Privilege,
            RmcpPlus | IpmiChannel.Lan,
        ];
        var remote = (IPEndPoint)session.Remote;
        var address = remote.Address.MapToIPv4().GetAddressBytes();
        // The console's MAC address is not seen from a socket.
        return IpmiResponse.Of([.. known, .. address, 0, 0, 0, 0, 0, 0, (byte)remote.Port, (byte)(remote.Port >> 8)]);
    }

    private LanSession? ByHandle(byte handle) => sessions.Active.FirstOrDefault(session => session.Handle == handle);
}
