using System.Globalization;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Device;
using Lab.Protocols.Ipmi;

namespace Lab.Emulators.Bmc.Ipmi;

/// <summary>The IPMI commands of the system interface: Get Device ID (IPMI 2.0 §20.1) and the host interface's (DSP0270 §10).</summary>
/// <param name="certificateFingerprint">SHA-256 of the Redfish service's certificate.</param>
public sealed class IpmiCommands(DeviceController device, AccountStore accounts, Func<byte[]> certificateFingerprint)
{
    private const byte GetDeviceId = 0x01;

    public async Task<IpmiResponse> AnswerAsync(IpmiRequest request, CancellationToken token)
    {
        if (request.NetFn == IpmiNetFn.App && request.Command == GetDeviceId)
            return request.Data.IsEmpty ? DeviceId() : IpmiResponse.Error(IpmiCompletion.RequestLengthInvalid);
        if (request.NetFn != IpmiNetFn.GroupExtension || request.Data.IsEmpty || request.Data.Span[0] != HostInterfaceCommands.GroupId)
            return IpmiResponse.Error(IpmiCompletion.InvalidCommand);
        return request.Command switch
        {
            HostInterfaceCommands.GetManagerCertificateFingerprint or HostInterfaceCommands.GetBootstrapAccountCredentials
                when request.Data.Length != 2 => IpmiResponse.Error(IpmiCompletion.RequestLengthInvalid),
            _ when !device.State.Bootstrapping.Enabled => IpmiResponse.Error(HostInterfaceCommands.BootstrappingDisabled),
            HostInterfaceCommands.GetManagerCertificateFingerprint => request.Data.Span[1] == HostInterfaceCommands.FirstCertificate
                ? HostInterfaceCommands.FingerprintResponse(certificateFingerprint())
                : IpmiResponse.Error(IpmiCompletion.RequestedDataNotPresent),
            HostInterfaceCommands.GetBootstrapAccountCredentials =>
                await CreateAccountAsync(request.Data.Span[1] == HostInterfaceCommands.KeepBootstrappingEnabled, token),
            _ => IpmiResponse.Error(IpmiCompletion.InvalidCommand),
        };
    }

    private async Task<IpmiResponse> CreateAccountAsync(bool keepEnabled, CancellationToken token)
    {
        var role = Enum.Parse<Role>(device.State.Bootstrapping.RoleId);
        var (account, password) = accounts.CreateBootstrap(role);
        if (!keepEnabled)
            await device.ConfigureAsync(s => s with { Bootstrapping = s.Bootstrapping with { Enabled = false } }, token);
        return HostInterfaceCommands.CredentialsResponse(account.UserName, password);
    }

    private static IpmiResponse DeviceId()
    {
        var version = typeof(IpmiCommands).Assembly.GetName().Version!;
        // The minor version is BCD.
        var minor = byte.Parse(version.Minor.ToString(CultureInfo.InvariantCulture), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        const byte DeviceRevision = 0x01;
        const byte IpmiVersion20 = 0x02;
        const byte ChassisDevice = 0x80;
        return new IpmiResponse(
            IpmiCompletion.Success,
            (byte[])[0x20, DeviceRevision, (byte)(version.Major & 0x7f), minor, IpmiVersion20, ChassisDevice, 0, 0, 0, 0, 0]);
    }
}
