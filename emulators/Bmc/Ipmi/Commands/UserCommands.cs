using System.Globalization;
using System.Text;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Ipmi.Sessions;
using Lab.Emulators.Bmc.Ipmi.Settings;
using Lab.Protocols.Ipmi;
using static Lab.Emulators.Bmc.Ipmi.Commands.CommandFamily;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>
/// Users (IPMI 2.0 §22.26 to §22.31): the accounts that Redfish shows, under their IPMI ids. IPMI makes a user step by step, while an
/// account needs name and password at once: a slot with a name alone is a draft, which becomes an account with its password.
/// </summary>
internal sealed class UserCommands(AccountStore accounts, IpmiSettingsStore settings)
{
    /// <summary>Slot 1, the nameless user, and one for every account.</summary>
    internal const int IdMax = AccountStore.AccountsMax + 1;

    private const int Nameless = 1;
    private const int NameBytes = 16;
    private const int ShortPasswordBytes = 16;
    private const int LongPasswordBytes = 20;
    private const byte IdMask = 0x3f;
    private const byte NoAccess = 0x0f;
    private const byte Messaging = 0x10;

    internal IEnumerable<IpmiCommand> Commands =>
    [
        Row(IpmiNetFn.App, 0x43, IpmiPrivilege.Administrator, 3..4, SetAccess),
        Row(IpmiNetFn.App, 0x44, IpmiPrivilege.Operator, 2..2, Access),
        Row(IpmiNetFn.App, 0x45, IpmiPrivilege.Administrator, 17..17, SetName),
        Row(IpmiNetFn.App, 0x46, IpmiPrivilege.Operator, 1..1, Name),
        Row(IpmiNetFn.App, 0x47, IpmiPrivilege.Administrator, 2..22, SetPassword),
    ];

    private IpmiResponse Access(IpmiCall call)
    {
        const byte Enabled = 0x40;
        const byte Disabled = 0x80;
        const byte FixedNames = 1;
        var id = call.Data[1] & IdMask;
        if (!IpmiChannel.TryResolve(call.Data[0], call.Channel, out var channel) || channel != IpmiChannel.Lan)
            return Error(IpmiCompletion.InvalidField);
        if (!IsSlot(id))
            return Error(IpmiCompletion.ParameterOutOfRange);
        var enabledCount = accounts.All.Count(account => account is { Enabled: true, IpmiId: not null });
        var (isEnabled, access) = Find(id) switch
        {
            ({ } account, _) => (account.Enabled, account.ByIpmi ? (byte)(Messaging | (byte)AccountLogins.PrivilegeOf(account.Role)) : NoAccess),
            (_, { } draft) => (draft.IsEnabled, (byte)draft.Limit),
            _ => (false, NoAccess),
        };
        return IpmiResponse.Of(IdMax, (byte)(enabledCount | (isEnabled ? Enabled : Disabled)), FixedNames, access);
    }

    private IpmiResponse SetAccess(IpmiCall call)
    {
        const byte ChangesBits = 0x80;
        var id = call.Data[1] & IdMask;
        if (!IpmiChannel.TryResolve(call.Data[0], call.Channel, out var channel) || channel != IpmiChannel.Lan)
            return Error(IpmiCompletion.InvalidField);
        if (!IsSlot(id))
            return Error(IpmiCompletion.ParameterOutOfRange);
        var limit = (byte)(call.Data[2] & 0x0f);
        Role? role = (IpmiPrivilege)limit switch
        {
            IpmiPrivilege.User => Role.ReadOnly,
            IpmiPrivilege.Operator => Role.Operator,
            IpmiPrivilege.Administrator => Role.Administrator,
            _ => null,
        };
        if (id == Nameless || (role is null && limit != NoAccess))
            return Error(IpmiCompletion.InvalidField);
        bool? messaging = (call.Data[0] & ChangesBits) != 0 ? (call.Data[0] & Messaging) != 0 : null;
        if (Find(id) is not ({ } account, _))
        {
            ChangeDraft(id, draft => draft with { Limit = role is null ? IpmiPrivilege.None : (IpmiPrivilege)limit });
            return IpmiResponse.Done;
        }
        return Answer(accounts.Update(account.Id, before => before with
        {
            Role = role ?? before.Role,
            ByIpmi = role is not null && (messaging ?? true),
        }));
    }

    private IpmiResponse Name(IpmiCall call)
    {
        var id = call.Data[0] & IdMask;
        if (!IsSlot(id))
            return Error(IpmiCompletion.ParameterOutOfRange);
        var name = new byte[NameBytes];
        var (account, draft) = Find(id);
        Encoding.Latin1.GetBytes(account?.UserName ?? draft?.Name ?? "", name);
        return IpmiResponse.Of(name);
    }

    private IpmiResponse SetName(IpmiCall call)
    {
        var id = call.Data[0] & IdMask;
        if (!IsSlot(id))
            return Error(IpmiCompletion.ParameterOutOfRange);
        var name = Encoding.Latin1.GetString(UntilZero(call.Data[1..]));
        if (id == Nameless)
            return Error(IpmiCompletion.InvalidField);
        var (account, _) = Find(id);
        if (name.Length == 0)
        {
            settings.Change(s => s with { Drafts = s.Drafts.Remove(id) });
            return account is null ? IpmiResponse.Done : Answer(accounts.Delete(account.Id));
        }
        if (account is not null)
            return Answer(accounts.Update(account.Id, before => before with { UserName = name }));
        if (accounts.All.Any(other => other.UserName == name))
            return Error(IpmiCompletion.InvalidField);
        ChangeDraft(id, draft => draft with { Name = name });
        return IpmiResponse.Done;
    }

    private IpmiResponse SetPassword(IpmiCall call)
    {
        const byte LongFlag = 0x80;
        var id = call.Data[0] & IdMask;
        if (!IsSlot(id))
            return Error(IpmiCompletion.ParameterOutOfRange);
        if (id == Nameless)
            return Error(IpmiCompletion.InvalidField);
        var operation = call.Data[1] & 0x03;
        if (operation < 2)
            return Enable(id, operation == 1);
        var length = (call.Data[0] & LongFlag) != 0 ? LongPasswordBytes : ShortPasswordBytes;
        if (call.Data.Length != 2 + length)
            return Error(IpmiCompletion.RequestLengthInvalid);
        var password = UntilZero(call.Data[2..]);
        return operation == 2 ? Set(id, password) : Test(id, password, length);
    }

    private IpmiResponse Enable(int id, bool isEnabled)
    {
        if (Find(id) is ({ } account, _))
            return Answer(accounts.Update(account.Id, before => before with { Enabled = isEnabled }));
        ChangeDraft(id, draft => draft with { IsEnabled = isEnabled });
        return IpmiResponse.Done;
    }

    private IpmiResponse Set(int id, ReadOnlySpan<byte> bytes)
    {
        var password = Encoding.UTF8.GetString(bytes);
        var (account, draft) = Find(id);
        if (account is not null)
            return Answer(accounts.Update(account.Id, before => before, password));
        if (draft is not { Name.Length: > 0 })
            return Error(IpmiCompletion.InvalidField);
        var made = new Account((id - Account.IpmiIdOffset).ToString(CultureInfo.InvariantCulture), draft.Name, RoleOf(draft.Limit), IsBootstrap: false)
        {
            Enabled = draft.IsEnabled,
            ByIpmi = draft.Limit != IpmiPrivilege.None,
        };
        var (_, error) = accounts.Create(made, password);
        if (error == AccountError.None)
            settings.Change(s => s with { Drafts = s.Drafts.Remove(id) });
        return Answer(error);
    }

    private IpmiResponse Test(int id, ReadOnlySpan<byte> password, int length)
    {
        const byte WrongPassword = 0x80;
        const byte WrongSize = 0x81;
        if (Find(id) is not ({ } account, _) || accounts.IpmiKey(account.UserName) is not { } key)
            return Error(WrongPassword);
        if (key.Length > length)
            return Error(WrongSize);
        return System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(key, password) ? IpmiResponse.Done : Error(WrongPassword);
    }

    private (Account? Account, UserDraft? Draft) Find(int id) =>
        (accounts.FindByIpmiId(id), settings.Current.Drafts.GetValueOrDefault(id));

    private void ChangeDraft(int id, Func<UserDraft, UserDraft> change) => settings.Change(s => s with
    {
        Drafts = s.Drafts.SetItem(id, change(s.Drafts.GetValueOrDefault(id) ?? new UserDraft(""))),
    });

    private static Role RoleOf(IpmiPrivilege limit) => limit switch
    {
        IpmiPrivilege.Administrator => Role.Administrator,
        IpmiPrivilege.Operator => Role.Operator,
        _ => Role.ReadOnly,
    };

    private static IpmiResponse Answer(AccountError error) => error switch
    {
        AccountError.None => IpmiResponse.Done,
        AccountError.TooMany => Error(IpmiCompletion.OutOfSpace),
        AccountError.CannotBeDeleted or AccountError.LastAdministrator => Error(IpmiCompletion.NotSupportedInState),
        _ => Error(IpmiCompletion.InvalidField),
    };

    private static bool IsSlot(int id) => id is >= 1 and <= IdMax;

    private static ReadOnlySpan<byte> UntilZero(ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf((byte)0) is >= 0 and var end ? bytes[..end] : bytes;
}
