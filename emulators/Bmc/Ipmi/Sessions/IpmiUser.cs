using Lab.Protocols.Ipmi;

namespace Lab.Emulators.Bmc.Ipmi.Sessions;

/// <summary>A user as the LAN channel sees one (IPMI 2.0 §6.9).</summary>
/// <param name="Id">Slot, from 1; slot 1 is the nameless user, who never logs in here.</param>
/// <param name="Password">As it is keyed with, without padding.</param>
/// <param name="Limit">Highest privilege level; <see cref="IpmiPrivilege.None"/> for no access.</param>
public sealed record IpmiUser(int Id, string Name, byte[] Password, bool IsEnabled, IpmiPrivilege Limit);

/// <summary>Who may log in over the LAN channel.</summary>
public interface IIpmiLogins
{
    /// <summary>Null when nobody of that name may.</summary>
    IpmiUser? Find(string name);

    /// <summary>Null when that slot may not (any more).</summary>
    IpmiUser? Find(int id);

    /// <summary>The user is locked out after too many failures.</summary>
    bool IsLocked(string name);

    /// <summary>A login of that name failed, or did not.</summary>
    void Record(string name, bool succeeded);
}
