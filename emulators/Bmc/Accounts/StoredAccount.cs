namespace Lab.Emulators.Bmc.Accounts;

/// <summary>An account as it lies on disk.</summary>
/// <param name="SealedPassword">See <see cref="PasswordSeal"/>.</param>
public sealed record StoredAccount(Account Account, byte[] SealedPassword);

/// <summary>The accounts that outlive a restart.</summary>
public sealed record StoredAccounts(AccountPolicy Policy, StoredAccount[] Accounts);
