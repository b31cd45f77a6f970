using System.Numerics;
using Lab.Emulators.Dpu.Linux;
using Lab.Protocols.VhostUser;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.DataPath.Vhost;

/// <summary>What the front end says of the ring.</summary>
internal sealed unsafe partial class VirtQueue
{
    /// <summary>
    /// The ring is described anew: after a reset of the device another driver may do better than the one that broke it. The size is the
    /// driver's choice, so one that cannot be is found when the ring starts, and breaks this queue, not the front end's connection.
    /// </summary>
    /// <exception cref="VhostException">The ring is in use.</exception>
    public void SetSize(uint entries)
    {
        if (IsRunning)
            throw new VhostException("a ring in use is described anew");
        Size = entries <= SizeMax && BitOperations.IsPow2(entries) ? (ushort)entries : (ushort)0;
        requests = new VhostRequest?[Size];
        busy = new bool[Size];
        isBroken = false;
    }

    /// <summary>Takes the descriptor, which may come in place of one that is waited for.</summary>
    public void SetKick(SafeFileHandle kick)
    {
        var isWaitedFor = registration is not null;
        registration?.Dispose();
        registration = null;
        Kick?.Dispose();
        Kick = kick;
        if (isWaitedFor)
            WaitForKick(kick);
    }

    /// <summary>
    /// Takes the descriptor, and signals it: an earlier life may have been killed between an entry in the used ring and the call for it,
    /// and no later entry would make up for that (§2.7.7.1). A driver bears a call for nothing.
    /// </summary>
    public void SetCall(SafeFileHandle? call)
    {
        Call?.Dispose();
        Call = call;
        if (call is not null)
            EventFd.Signal(call);
    }

    public void CloseDescriptors()
    {
        Kick?.Dispose();
        Call?.Dispose();
        Error?.Dispose();
        (Kick, Call, Error) = (null, null, null);
    }

    /// <summary>The size and the addresses are the driver's choice; the memory of requests under way is as large as the front end thought.</summary>
    private bool TryLocate(out string reason)
    {
        reason = "its ring is started before it is described, or of a size that cannot be";
        if (Size == 0 || Address is not { } address || Kick is null || device.Memory is not { } memory)
            return false;
        reason = $"its ring of {Size} entries is larger than the memory of requests under way";
        if (Inflight is not null && Inflight.Size < Size)
            return false;
        reason = "its ring is not in the memory that was granted";
        table = (VirtqDescriptor*)memory.FindUser(address.Descriptors, (ulong)Size * VirtqDescriptor.Bytes);
        available = (ushort*)memory.FindUser(address.Available, 6 + (2ul * Size));
        used = (ushort*)memory.FindUser(address.Used, 6 + ((ulong)Size * UsedEntryBytes));
        return table is not null && available is not null && used is not null && (nint)table % 16 == 0 && (nint)available % 2 == 0 && (nint)used % 4 == 0;
    }
}
