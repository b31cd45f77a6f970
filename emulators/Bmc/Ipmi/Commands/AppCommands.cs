using System.Globalization;
using Lab.Emulators.Bmc.Ipmi.Sessions;
using Lab.Emulators.Bmc.Machine;
using Lab.Protocols.Ipmi;
using static Lab.Emulators.Bmc.Ipmi.Commands.CommandFamily;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>The management controller itself (IPMI 2.0 §20).</summary>
internal sealed class AppCommands(BmcInstance bmc, SessionTable sessions)
{
    private const byte DeviceNumber = 0x20;
    private const byte DeviceRevision = 0x01;
    private const byte IpmiVersion20 = 0x02;

    /// <summary>Chassis device, FRU inventory, event log, SDR repository, sensors (table 20-2, additional device support).</summary>
    private const byte DeviceSupport = 0x8f;

    internal IEnumerable<IpmiCommand> Commands =>
    [
        Row(IpmiNetFn.App, 0x01, IpmiPrivilege.User, 0..0, DeviceId),
        Row(IpmiNetFn.App, 0x02, IpmiPrivilege.Administrator, 0..0, ColdResetAsync),
        Row(IpmiNetFn.App, 0x03, IpmiPrivilege.Administrator, 0..0, WarmReset),
        Row(IpmiNetFn.App, 0x04, IpmiPrivilege.User, 0..0, SelfTest),
        Row(IpmiNetFn.App, 0x07, IpmiPrivilege.User, 0..0, AcpiPowerState),
        Row(IpmiNetFn.App, 0x08, IpmiPrivilege.User, 0..0, _ => Guid(bmc.Identity.ServiceUuid)),
        Row(IpmiNetFn.App, 0x37, IpmiPrivilege.None, 0..0, SystemGuidAsync),
    ];

    private IpmiResponse DeviceId(IpmiCall call)
    {
        var version = Version.Parse(bmc.Profile.Bmc.FirmwareVersion);
        var (maker, product) = (bmc.Profile.ManufacturerId, bmc.Profile.ProductId);
        return IpmiResponse.Of(
            DeviceNumber, DeviceRevision, (byte)(version.Major & 0x7f), Bcd(version.Minor), IpmiVersion20, DeviceSupport,
            (byte)maker, (byte)(maker >> 8), (byte)((maker >> 16) & 0x0f), (byte)product, (byte)(product >> 8));
    }

    private async ValueTask<IpmiResponse> ColdResetAsync(IpmiCall call, CancellationToken token)
    {
        await bmc.BeginRestartAsync(token);
        call.AfterAnswer = () =>
        {
            sessions.CloseAll();
            bmc.Restart();
        };
        return IpmiResponse.Done;
    }

    // The state and the system interface go on, and the session that asked ends itself; other consoles log in again.
    private IpmiResponse WarmReset(IpmiCall call)
    {
        foreach (var other in sessions.Active.Where(session => session != call.Session))
            sessions.Close(other);
        return IpmiResponse.Done;
    }

    private static IpmiResponse SelfTest(IpmiCall call)
    {
        const byte NoError = 0x55;
        return IpmiResponse.Of(NoError, 0);
    }

    private IpmiResponse AcpiPowerState(IpmiCall call)
    {
        const byte SoftOff = 5;
        const byte DevicePowerOff = 3;
        return bmc.Device.State.Power == MachinePower.On ? IpmiResponse.Of(0, 0) : IpmiResponse.Of(SoftOff, DevicePowerOff);
    }

    private async ValueTask<IpmiResponse> SystemGuidAsync(IpmiCall call, CancellationToken token)
    {
        await bmc.ReadInventoryAsync(token);
        return Guid(SystemGuid(bmc));
    }

    /// <summary>The host's UUID as its firmware and Redfish tell it; the BMC's own as long as the machine cannot be asked.</summary>
    internal static Guid SystemGuid(BmcInstance bmc) => bmc.Identity.Inventory?.Uuid ?? bmc.Identity.ServiceUuid;

    private static IpmiResponse Guid(Guid value)
    {
        var bytes = new byte[IpmiGuid.Bytes];
        IpmiGuid.Write(value, bytes);
        return IpmiResponse.Of(bytes);
    }

    private static byte Bcd(int value) => byte.Parse(
        Math.Min(value, 99).ToString(CultureInfo.InvariantCulture), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
