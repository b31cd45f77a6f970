namespace Lab.Emulators.Bmc.Accounts;

/// <summary>AccountService's rules for passwords and for who guesses them.</summary>
public sealed record AccountPolicy
{
    public int MinPasswordLength { get; init; } = 8;

    /// <summary>20 is what IPMI 2.0 can carry (§22.30); longer passwords open Redfish alone.</summary>
    public int MaxPasswordLength { get; init; } = 128;

    /// <summary>Failed logins in a row that lock an account; 0 is never.</summary>
    public int LockoutThreshold { get; init; } = 5;
    public TimeSpan LockoutDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Failed logins are forgotten after this.</summary>
    public TimeSpan LockoutCounterResetAfter { get; init; } = TimeSpan.FromSeconds(30);
}
