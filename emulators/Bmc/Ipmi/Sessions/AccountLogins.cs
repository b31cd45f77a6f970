using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Ipmi.Settings;
using Lab.Protocols.Ipmi;

namespace Lab.Emulators.Bmc.Ipmi.Sessions;

/// <summary>The BMC's accounts as users of the LAN channel. Lock-out and its counting are the accounts' own: one count for both fronts.</summary>
public sealed class AccountLogins(AccountStore accounts, IpmiSettingsStore settings) : IIpmiLogins
{
    public IpmiUser? Find(string name)
    {
        if (!settings.Current.LanAccess.IsOpen || Account(name) is not { IpmiId: { } id } account || accounts.IpmiKey(name) is not { } key)
            return null;
        return new IpmiUser(id, account.UserName, key, Limit(account));
    }

    public IpmiUser? Find(int id) => accounts.FindByIpmiId(id) is { } account ? Find(account.UserName) : null;

    public bool MayStay(LanSession session) =>
        settings.Current.LanAccess.IsOpen
        && accounts.FindByIpmiId(session.UserId) is { Enabled: true, ByIpmi: true } account
        && account.UserName == session.UserName
        && Limit(account) >= session.Limit;

    public void Record(string name, bool succeeded)
    {
        if (Account(name) is { } account)
            accounts.NoteLogin(account.Id, succeeded);
    }

    internal static IpmiPrivilege PrivilegeOf(Role role) => role switch
    {
        Role.Administrator => IpmiPrivilege.Administrator,
        Role.Operator => IpmiPrivilege.Operator,
        _ => IpmiPrivilege.User,
    };

    private Account? Account(string name) => accounts.All.FirstOrDefault(account => account.UserName == name);

    private IpmiPrivilege Limit(Account account) =>
        (IpmiPrivilege)Math.Min((byte)PrivilegeOf(account.Role), (byte)settings.Current.LanAccess.Limit);
}
