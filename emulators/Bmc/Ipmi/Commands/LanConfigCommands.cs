using System.Net;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Ipmi.Settings;
using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Lan;
using static Lab.Emulators.Bmc.Ipmi.Commands.CommandFamily;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>
/// LAN configuration (IPMI 2.0 §23.1, §23.2, table 23-4). What is written is kept and told; the emulator's own socket stays where its
/// command line put it.
/// </summary>
/// <param name="address">Of the socket.</param>
internal sealed class LanConfigCommands(BmcInstance bmc, IpmiSettingsStore settings, IPEndPoint address)
{
    private const byte Revision = 0x11;
    private const byte RevisionOnly = 0x80;
    private const byte AddressSource = 4;
    private const byte Static = 1;
    private const byte Dhcp = 2;
    private const int CommunityBytes = 18;
    private const int SuitesMax = 16;

    private readonly SetInProgress setInProgress = new(bmc.Time);

    internal IEnumerable<IpmiCommand> Commands =>
    [
        Row(IpmiNetFn.Transport, 0x01, IpmiPrivilege.Administrator, 2..22, SetAsync),
        Row(IpmiNetFn.Transport, 0x02, IpmiPrivilege.Operator, 4..4, Get),
    ];

    /// <summary>Parameters that may be written: their length and what becomes of them.</summary>
    private static Func<LanSettings, byte[], LanSettings>? Writer(byte parameter, int length) => (parameter, length) switch
    {
        (3, 4) => (lan, data) => lan with { Address = data },
        (6, 4) => (lan, data) => lan with { SubnetMask = data },
        (7, 3) => (lan, data) => lan with { Ipv4Header = data },
        (10, 1) => (lan, data) => lan with { ArpControl = data[0] },
        (11, 1) => (lan, data) => lan with { ArpInterval = data[0] },
        (12, 4) => (lan, data) => lan with { Gateway = data },
        (13, 6) => (lan, data) => lan with { GatewayMac = data },
        (14, 4) => (lan, data) => lan with { BackupGateway = data },
        (15, 6) => (lan, data) => lan with { BackupGatewayMac = data },
        (16, CommunityBytes) => (lan, data) => lan with { Community = data },
        (20, 2) => (lan, data) => lan with { Vlan = data },
        (21, 1) => (lan, data) => lan with { VlanPriority = data[0] },
        _ => null,
    };

    private async ValueTask<IpmiResponse> SetAsync(IpmiCall call, CancellationToken token)
    {
        if (!IpmiChannel.TryResolve(call.Data[0], call.Channel, out var channel) || channel != IpmiChannel.Lan)
            return Error(IpmiCompletion.InvalidField);
        var (parameter, data) = (call.Data[1], call.Data[2..].ToArray());
        if (parameter == 0)
            return setInProgress.Set(data);
        if (Read(parameter) is not { } present)
            return Error(IpmiCompletion.ParameterNotSupported);
        if (parameter != AddressSource && Writer(parameter, present.Length) is null)
            return Error(IpmiCompletion.ReadOnlyParameter);
        if (data.Length != present.Length)
            return Error(IpmiCompletion.RequestLengthInvalid);
        if (parameter == AddressSource)
            return await SetAddressSourceAsync(data[0], token);
        settings.Change(s => s with { Lan = Writer(parameter, data.Length)!(s.Lan, data) });
        return IpmiResponse.Done;
    }

    /// <summary>Redfish's DHCPv4.DHCPEnabled of the manager's interface is the same setting.</summary>
    private async ValueTask<IpmiResponse> SetAddressSourceAsync(byte source, CancellationToken token)
    {
        if (source is not (Static or Dhcp))
            return Error(IpmiCompletion.InvalidField);
        await bmc.Device.ConfigureAsync(state => state with { Manager = state.Manager with { IsDhcp = source == Dhcp } }, token);
        return IpmiResponse.Done;
    }

    private IpmiResponse Get(IpmiCall call)
    {
        if (!IpmiChannel.TryResolve(call.Data[0], call.Channel, out var channel) || channel != IpmiChannel.Lan)
            return Error(IpmiCompletion.InvalidField);
        if ((call.Data[0] & RevisionOnly) != 0)
            return IpmiResponse.Of(Revision);
        return Read(call.Data[1]) is { } data ? IpmiResponse.Of([Revision, .. data]) : Error(IpmiCompletion.ParameterNotSupported);
    }

    private byte[]? Read(byte parameter)
    {
        var lan = settings.Current.Lan;
        return parameter switch
        {
            0 => [setInProgress.Value],
            // No authentication type of IPMI 1.5 is supported, nor enabled for any of five privilege levels.
            1 => [0],
            2 => [0, 0, 0, 0, 0],
            3 => lan.Address ?? address.Address.MapToIPv4().GetAddressBytes(),
            AddressSource => [bmc.Device.State.Manager.IsDhcp ? Dhcp : Static],
            5 => bmc.Identity.Mac,
            6 => lan.SubnetMask,
            7 => lan.Ipv4Header,
            8 => Port(address.Port),
            10 => [lan.ArpControl],
            11 => [lan.ArpInterval],
            12 => lan.Gateway,
            13 => lan.GatewayMac,
            14 => lan.BackupGateway,
            15 => lan.BackupGatewayMac,
            16 => [.. lan.Community, .. new byte[CommunityBytes - lan.Community.Length]],
            // No alert destinations.
            17 => [0],
            20 => lan.Vlan,
            21 => [lan.VlanPriority],
            22 => [(byte)CipherSuite.All.Count],
            23 => [0, .. CipherSuite.All.Select(suite => suite.Id), .. new byte[SuitesMax - CipherSuite.All.Count]],
            // A nibble for each suite: administrator. Clients count them by entry or by suite id, so all are the same.
            24 => [0, .. Enumerable.Repeat((byte)0x44, SuitesMax / 2)],
            26 => BadPasswordThreshold(bmc.Accounts.Policy),
            _ => null,
        };
    }

    private static byte[] BadPasswordThreshold(AccountPolicy policy)
    {
        const int SecondsPerCount = 10;
        var reset = (int)(policy.LockoutCounterResetAfter.TotalSeconds / SecondsPerCount);
        var locked = (int)(policy.LockoutDuration.TotalSeconds / SecondsPerCount);
        return [0, (byte)policy.LockoutThreshold, (byte)reset, (byte)(reset >> 8), (byte)locked, (byte)(locked >> 8)];
    }

    private static byte[] Port(int port) => [(byte)port, (byte)(port >> 8)];
}
