using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Lab.Emulators.Bmc.State;

namespace Lab.Emulators.Bmc.Accounts;

public enum AccountError { None, NameTaken, TooMany, PasswordTooShort, PasswordTooLong, NameInvalid, NotFound, CannotBeDeleted, LastAdministrator }

/// <summary>
/// The administrator given at start, the accounts made since, and those of the host interface. All but an untouched administrator
/// outlive a crash of the BMC.
/// </summary>
public sealed class AccountStore
{
    /// <summary>Accounts beside those of the host interface: what IPMI's user ids can name (§22.26), less the nameless one.</summary>
    public const int AccountsMax = 14;

    /// <summary>The oldest bootstrap account makes room for one more.</summary>
    public const int BootstrapAccountsMax = 8;
    public const int UserNameLengthMax = 16;
    public const string AdministratorId = "1";

    /// <summary>Accounts of the host interface are numbered from here, so that they take no IPMI user id.</summary>
    private const int BootstrapIdFirst = AccountsMax + 1;
    private const int BootstrapNameLength = 16;
    private const int BootstrapPasswordLength = 16;
    private const string Letters = "abcdefghijklmnopqrstuvwxyz";
    private const string Alphabet = Letters + "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private readonly Lock gate = new();
    private readonly PasswordSeal seal;
    private readonly StateFile<StoredAccounts> file;
    private readonly LoginGuard guard;
    private readonly Entry given;
    private ImmutableList<Entry> entries;

    /// <param name="directory">Null keeps nothing over a restart.</param>
    /// <exception cref="InvalidDataException">What is stored is damaged.</exception>
    public AccountStore(string? directory, string userName, string password, TimeProvider time)
    {
        guard = new LoginGuard(time);
        seal = new PasswordSeal(StateFiles.In(directory, "accounts.key"));
        file = new StateFile<StoredAccounts>(StateFiles.In(directory, "accounts.json"), StateJson.Default.StoredAccounts);
        given = new Entry(new Account(AdministratorId, userName, Role.Administrator, IsBootstrap: false), password);
        var stored = file.Load();
        Policy = stored?.Policy ?? new AccountPolicy();
        entries = [.. (stored?.Accounts ?? []).Select(account => new Entry(account.Account, seal.Open(account.SealedPassword)))];
        if (entries.All(entry => entry.Account.Id != AdministratorId))
            entries = entries.Insert(0, given);
    }

    public AccountPolicy Policy { get; private set; }

    public IReadOnlyList<Account> All
    {
        get
        {
            lock (gate)
                return [.. entries.Select(entry => entry.Account)];
        }
    }

    public Account? Find(string id) => All.FirstOrDefault(account => account.Id == id);

    public Account? FindByIpmiId(int id) => All.FirstOrDefault(account => account.IpmiId == id);

    public bool IsLocked(string id)
    {
        lock (gate)
            return guard.IsLocked(id);
    }

    /// <summary>The account that name and password open; null when there is none, or it is disabled or locked. Failures count.</summary>
    public Account? Authenticate(string userName, string password)
    {
        lock (gate)
        {
            var candidate = entries.Find(entry => entry.Account.UserName == userName);
            if (candidate is null || guard.IsLocked(candidate.Account.Id))
                return null;
            if (!candidate.Account.Enabled || !candidate.Accepts(password))
            {
                guard.Failed(candidate.Account.Id, Policy);
                return null;
            }
            guard.Forget(candidate.Account.Id);
            return candidate.Account;
        }
    }

    /// <summary>The key of RAKP for an account that may log in by IPMI now, up to 20 bytes; null when it may not.</summary>
    public byte[]? IpmiKey(string userName)
    {
        const int KeyBytesMax = 20;
        lock (gate)
        {
            var candidate = entries.Find(entry => entry.Account.UserName == userName);
            if (candidate is not { Account: { Enabled: true, ByIpmi: true, IsBootstrap: false } } || guard.IsLocked(candidate.Account.Id))
                return null;
            var key = Encoding.UTF8.GetBytes(candidate.Password);
            return key.Length <= KeyBytesMax ? key : null;
        }
    }

    /// <summary>A front that checks passwords itself (RAKP) tells how that went.</summary>
    public void NoteLogin(string accountId, bool succeeded)
    {
        lock (gate)
        {
            if (succeeded)
                guard.Forget(accountId);
            else
                guard.Failed(accountId, Policy);
        }
    }

    /// <param name="wanted">Its id is chosen here when empty.</param>
    public (Account? Account, AccountError Error) Create(Account wanted, string password)
    {
        lock (gate)
        {
            var own = entries.Where(entry => !entry.Account.IsBootstrap).ToList();
            if (own.Count >= AccountsMax)
                return (null, AccountError.TooMany);
            var id = wanted.Id.Length > 0 ? wanted.Id : Number(Enumerable.Range(1, AccountsMax).First(n => entries.All(e => e.Account.Id != Number(n))));
            var made = wanted with { Id = id };
            if (CheckName(made) is var nameError and not AccountError.None)
                return (null, nameError);
            if (CheckPassword(password) is var passwordError and not AccountError.None)
                return (null, passwordError);
            Replace(entries.Add(new Entry(made, password)));
            return (made, AccountError.None);
        }
    }

    /// <param name="password">Null keeps the old one.</param>
    public AccountError Update(string id, Func<Account, Account> change, string? password = null)
    {
        lock (gate)
        {
            var index = entries.FindIndex(entry => entry.Account.Id == id);
            if (index < 0)
                return AccountError.NotFound;
            var before = entries[index];
            var after = change(before.Account) with { Id = id };
            if (after.UserName != before.Account.UserName && CheckName(after) is var nameError and not AccountError.None)
                return nameError;
            if (password is not null && CheckPassword(password) is var passwordError and not AccountError.None)
                return passwordError;
            var next = entries.SetItem(index, new Entry(after, password ?? before.Password));
            if (!next.Any(IsAdministrator))
                return AccountError.LastAdministrator;
            Replace(next);
            if (password is not null)
                guard.Forget(id);
            return AccountError.None;
        }
    }

    /// <summary>AccountService: Locked can only be set to false.</summary>
    public void Unlock(string id)
    {
        lock (gate)
            guard.Forget(id);
    }

    public AccountError Delete(string id)
    {
        lock (gate)
        {
            if (entries.All(entry => entry.Account.Id != id))
                return AccountError.NotFound;
            if (id == AdministratorId)
                return AccountError.CannotBeDeleted;
            Replace(entries.RemoveAll(entry => entry.Account.Id == id));
            guard.Forget(id);
            return AccountError.None;
        }
    }

    public void SetPolicy(AccountPolicy policy)
    {
        lock (gate)
        {
            Policy = policy;
            Replace(entries);
        }
    }

    /// <summary>Makes an account with a random name and password (DSP0270 §10.3).</summary>
    public (Account Account, string Password) CreateBootstrap(Role role)
    {
        var name = RandomNumberGenerator.GetString(Letters, 1) + RandomNumberGenerator.GetString(Alphabet, BootstrapNameLength - 1);
        var password = RandomNumberGenerator.GetString(Alphabet, BootstrapPasswordLength);
        lock (gate)
        {
            var bootstrap = entries.Where(entry => entry.Account.IsBootstrap).ToList();
            var id = bootstrap.Select(entry => int.Parse(entry.Account.Id, CultureInfo.InvariantCulture)).DefaultIfEmpty(BootstrapIdFirst - 1).Max() + 1;
            var made = new Account(Number(id), name, role, IsBootstrap: true) { ByIpmi = false };
            var keep = bootstrap.TakeLast(BootstrapAccountsMax - 1).ToHashSet();
            Replace([.. entries.Where(entry => !entry.Account.IsBootstrap || keep.Contains(entry)), new Entry(made, password)]);
            return (made, password);
        }
    }

    public void DeleteAllBootstrap()
    {
        lock (gate)
            Replace(entries.RemoveAll(entry => entry.Account.IsBootstrap));
    }

    private static bool IsAdministrator(Entry entry) => entry.Account is { IsBootstrap: false, Enabled: true, Role: Role.Administrator };

    private AccountError CheckName(Account account)
    {
        if (account.UserName.Length is 0 or > UserNameLengthMax || account.UserName.Any(c => c is <= ' ' or > '~' or ':'))
            return AccountError.NameInvalid;
        return entries.Any(entry => entry.Account.UserName == account.UserName && entry.Account.Id != account.Id)
            ? AccountError.NameTaken
            : AccountError.None;
    }

    private AccountError CheckPassword(string password) => password.Length switch
    {
        var length when length < Policy.MinPasswordLength => AccountError.PasswordTooShort,
        var length when length > Policy.MaxPasswordLength => AccountError.PasswordTooLong,
        _ => AccountError.None,
    };

    // An administrator that is still as it was given comes from the environment again, and is not written.
    private void Replace(ImmutableList<Entry> next)
    {
        file.Save(new StoredAccounts(
            Policy, [.. next.Where(entry => entry != given).Select(entry => new StoredAccount(entry.Account, seal.Seal(entry.Password)))]));
        entries = next;
    }

    private static string Number(int n) => n.ToString(CultureInfo.InvariantCulture);

    private sealed record Entry(Account Account, string Password)
    {
        private readonly byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(Password));

        internal bool Accepts(string password) =>
            CryptographicOperations.FixedTimeEquals(digest, SHA256.HashData(Encoding.UTF8.GetBytes(password)));
    }
}
