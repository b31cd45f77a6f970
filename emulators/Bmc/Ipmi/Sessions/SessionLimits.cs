namespace Lab.Emulators.Bmc.Ipmi.Sessions;

/// <summary>Limits of the LAN channel's sessions, per machine.</summary>
public static class SessionLimits
{
    /// <summary>Sessions open at a time; the next login is told "insufficient resources".</summary>
    public const int SessionsMax = 16;

    /// <summary>Logins begun and not ended; the oldest makes room for one more.</summary>
    public const int PendingMax = 16;

    /// <summary>
    /// Logins of one user between RAKP 2 and RAKP 3. A console checks RAKP 2 by itself and just goes away when its password is wrong, so
    /// that more of them than this, or one that runs out of time, is a guess.
    /// </summary>
    public const int UnresolvedMax = 3;

    /// <summary>Requests of one session worked on at a time; the next is told "node busy".</summary>
    public const int RequestsMax = 4;

    /// <summary>IPMI 2.0 §6.12.15: 60 s, give or take 3.</summary>
    public static readonly TimeSpan InactivityTime = TimeSpan.FromSeconds(60);

    /// <summary>From Open Session to RAKP 3.</summary>
    public static readonly TimeSpan LoginTime = TimeSpan.FromSeconds(20);
}
