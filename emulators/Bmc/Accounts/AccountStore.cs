using System.Globalization;
using System.Security.Cryptography;
using Lab.Emulators.Bmc.State;

namespace Lab.Emulators.Bmc.Accounts;

/// <summary>The administrator given at start and the accounts the host interface made; the latter outlive a crash of the BMC.</summary>
public sealed class AccountStore
{
    /// <summary>The oldest bootstrap account makes room for one more.</summary>
    public const int BootstrapAccountsMax = 8;
    public const string AdministratorId = "1";

    private const int BootstrapNameLength = 16;
    private const int BootstrapPasswordLength = 16;
    private const string Letters = "abcdefghijklmnopqrstuvwxyz";
    private const string Alphabet = Letters + "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private readonly Lock gate = new();
    private readonly StoredAccount administrator;
    private readonly StateFile<StoredAccount[]> file;
    private List<StoredAccount> bootstrap;

    public AccountStore(string directory, string userName, string password)
    {
        administrator = StoredAccount.Create(AdministratorId, userName, password, Role.Administrator, isBootstrap: false);
        file = new StateFile<StoredAccount[]>(Path.Combine(directory, "accounts.json"), StateJson.Default.StoredAccountArray);
        bootstrap = [.. file.Load() ?? []];
    }

    public IReadOnlyList<Account> All
    {
        get
        {
            lock (gate)
                return [administrator.ToAccount(), .. bootstrap.Select(a => a.ToAccount())];
        }
    }

    public Account? Find(string id) => All.FirstOrDefault(account => account.Id == id);

    /// <summary>The account that name and password open; null when there is none.</summary>
    public Account? Authenticate(string userName, string password)
    {
        lock (gate)
        {
            var candidate = bootstrap.Prepend(administrator).FirstOrDefault(account => account.UserName == userName);
            return candidate is not null && candidate.Accepts(password) ? candidate.ToAccount() : null;
        }
    }

    /// <summary>Makes an account with a random name and password (DSP0270 §10.3).</summary>
    public (Account Account, string Password) CreateBootstrap(Role role)
    {
        var name = RandomNumberGenerator.GetString(Letters, 1) + RandomNumberGenerator.GetString(Alphabet, BootstrapNameLength - 1);
        var password = RandomNumberGenerator.GetString(Alphabet, BootstrapPasswordLength);
        lock (gate)
        {
            var id = bootstrap.Select(a => int.Parse(a.Id, CultureInfo.InvariantCulture)).DefaultIfEmpty(1).Max() + 1;
            var made = StoredAccount.Create(id.ToString(CultureInfo.InvariantCulture), name, password, role, isBootstrap: true);
            Replace([.. bootstrap.TakeLast(BootstrapAccountsMax - 1), made]);
            return (made.ToAccount(), password);
        }
    }

    /// <returns>False when there is no such bootstrap account.</returns>
    public bool DeleteBootstrap(string id)
    {
        lock (gate)
        {
            if (bootstrap.All(account => account.Id != id))
                return false;
            Replace([.. bootstrap.Where(account => account.Id != id)]);
            return true;
        }
    }

    public void DeleteAllBootstrap()
    {
        lock (gate)
            Replace([]);
    }

    private void Replace(List<StoredAccount> next)
    {
        file.Save([.. next]);
        bootstrap = next;
    }
}
