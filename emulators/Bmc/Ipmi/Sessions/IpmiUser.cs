using Lab.Protocols.Ipmi;

namespace Lab.Emulators.Bmc.Ipmi.Sessions;

/// <summary>A user as the LAN channel sees one (IPMI 2.0 §6.9).</summary>
/// <param name="Id">Slot, from 1; slot 1 is the nameless user, who never logs in here.</param>
/// <param name="Password">As it is keyed with, without padding.</param>
/// <param name="Limit">Highest privilege level on the LAN channel.</param>
public sealed record IpmiUser(int Id, string Name, byte[] Password, IpmiPrivilege Limit);

/// <summary>Who may log in over the LAN channel.</summary>
public interface IIpmiLogins
{
    /// <summary>Null when nobody of that name may now: unknown, disabled, locked out.</summary>
    IpmiUser? Find(string name);

    /// <summary>Null when that slot may not (any more).</summary>
    IpmiUser? Find(int id);

    /// <summary>A session opened before may go on: its user is still enabled, called the same and allowed as much. A lock-out ends no session.</summary>
    bool MayStay(LanSession session);

    /// <summary>A login of that name failed, or did not.</summary>
    void Record(string name, bool succeeded);
}
