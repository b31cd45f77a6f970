using Lab.Emulators.Bmc.Accounts;
using Lab.Protocols.Ipmi;
using static Lab.Emulators.Bmc.Ipmi.Commands.CommandFamily;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>
/// The host interface's way into Redfish (DSP0270 §10), on the system interface alone: who speaks there sits in the machine. Other
/// bodies of the group extension (PICMG, VITA, DCMI) are not known.
/// </summary>
internal sealed class BootstrapCommands(BmcInstance bmc)
{
    private const int DataMax = 255;

    internal IEnumerable<IpmiCommand> Commands =>
    [
        Row(IpmiNetFn.GroupExtension, HostInterfaceCommands.GetManagerCertificateFingerprint, IpmiPrivilege.User, 0..DataMax,
            (call, _) => new(Checked(call) ?? Fingerprint(call))),
        Row(IpmiNetFn.GroupExtension, HostInterfaceCommands.GetBootstrapAccountCredentials, IpmiPrivilege.User, 0..DataMax,
            async (call, token) => Checked(call) ?? await CreateAccountAsync(call, token)),
    ];

    /// <summary>Why the request is refused; null when it is not.</summary>
    private IpmiResponse? Checked(IpmiCall call) => call switch
    {
        _ when call.Channel != IpmiChannel.SystemInterface || call.Data is not [HostInterfaceCommands.GroupId, ..] => Error(IpmiCompletion.InvalidCommand),
        _ when call.Data.Length != 2 => Error(IpmiCompletion.RequestLengthInvalid),
        _ when !bmc.Device.State.Bootstrapping.Enabled => Error(HostInterfaceCommands.BootstrappingDisabled),
        _ => null,
    };

    private IpmiResponse Fingerprint(IpmiCall call) => call.Data[1] == HostInterfaceCommands.FirstCertificate
        ? HostInterfaceCommands.FingerprintResponse(bmc.Certificate.Fingerprint)
        : Error(IpmiCompletion.RequestedDataNotPresent);

    private async ValueTask<IpmiResponse> CreateAccountAsync(IpmiCall call, CancellationToken token)
    {
        var keepEnabled = call.Data[1] == HostInterfaceCommands.KeepBootstrappingEnabled;
        var role = Enum.Parse<Role>(bmc.Device.State.Bootstrapping.RoleId);
        var (account, password) = bmc.Accounts.CreateBootstrap(role);
        if (!keepEnabled)
            await bmc.Device.ConfigureAsync(s => s with { Bootstrapping = s.Bootstrapping with { Enabled = false } }, token);
        return HostInterfaceCommands.CredentialsResponse(account.UserName, password);
    }
}
