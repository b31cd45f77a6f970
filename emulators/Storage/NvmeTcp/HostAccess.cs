using Lab.Emulators.Storage.Store;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>
/// Whether commands of one controller may touch its namespace now. Asked when a command comes, and again when it is about to touch the store:
/// while its data is on its way, or it waits for others, its host may be preempted, its path closed, its namespace taken away.
/// </summary>
internal sealed class HostAccess(NvmePort port, Guid host, Reservations reservations) : IVolumeGuard
{
    private volatile bool hasNamespace = true;

    /// <summary>False once the namespace was taken away from the host.</summary>
    public bool HasNamespace => hasNamespace;

    public void RemoveNamespace() => hasNamespace = false;

    public StatusCode Check(bool isRead, bool isChange)
    {
        if (!hasNamespace)
            return StatusCode.InvalidNamespace;
        if (port.State == AnaState.Inaccessible)
            return StatusCode.AnaInaccessible;
        return (isRead && !reservations.MayRead(host)) || (isChange && !reservations.MayWrite(host)) ? StatusCode.ReservationConflict : StatusCode.Success;
    }

    public void Demand(bool isChange)
    {
        var status = Check(isRead: !isChange, isChange);
        if (status != StatusCode.Success)
            throw new AccessException(status);
    }
}

/// <summary>A command that was let in may no longer be done.</summary>
/// <param name="status">What the host is told.</param>
internal sealed class AccessException(StatusCode status) : Exception($"refused with {status}")
{
    public StatusCode Status => status;
}
