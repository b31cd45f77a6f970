using System.Runtime.InteropServices;

namespace Lab.Interop.Libvirt;

/// <summary>virDomainState.</summary>
public enum LibvirtDomainState { NoState, Running, Blocked, Paused, ShuttingDown, ShutOff, Crashed, PmSuspended }

/// <summary>virDomainModificationImpact: what a change of a device acts on.</summary>
[Flags]
public enum LibvirtDomainImpact { Current = 0, Live = 1, Config = 2 }

/// <summary>virDomainXMLFlags.</summary>
[Flags]
public enum LibvirtXmlFlags { None = 0, Secure = 1, Inactive = 2 }

/// <summary>virDomainUndefineFlagsValues.</summary>
[Flags]
public enum LibvirtUndefineFlags { None = 0, Nvram = 4, KeepNvram = 8 }

/// <summary>virDomainShutdownFlagValues.</summary>
public enum LibvirtShutdownMode { Default = 0, AcpiPowerButton = 1 }

/// <summary>One domain of the connection it came from. Every call may throw <see cref="LibvirtException"/>.</summary>
public sealed unsafe class LibvirtDomain : IDisposable
{
    private readonly LibvirtDomainHandle handle;

    internal LibvirtDomain(LibvirtDomainHandle handle) => this.handle = handle;

    public string Name => Marshal.PtrToStringUTF8(LibvirtNative.virDomainGetName(handle)) ?? "";

    public Guid Uuid
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            fixed (byte* first = bytes)
                LibvirtConnection.Check(LibvirtNative.virDomainGetUUID(handle, first), "virDomainGetUUID");
            return new Guid(bytes, bigEndian: true);
        }
    }

    public LibvirtDomainState State
    {
        get
        {
            LibvirtConnection.Check(LibvirtNative.virDomainGetState(handle, out var state, out _, 0), "virDomainGetState");
            return (LibvirtDomainState)state;
        }
    }

    /// <summary>A QEMU process exists.</summary>
    public bool IsActive => State is not (LibvirtDomainState.ShutOff or LibvirtDomainState.Crashed or LibvirtDomainState.NoState);

    public string GetXml(LibvirtXmlFlags flags = LibvirtXmlFlags.None) =>
        TakeString(LibvirtNative.virDomainGetXMLDesc(handle, (uint)flags)) ?? throw LibvirtException.Last("virDomainGetXMLDesc");

    /// <summary>Size of a disk as the guest sees it (bytes); null where libvirt does not know, as behind vhost-user.</summary>
    /// <param name="target">Its target's name, such as vda.</param>
    public long? GetBlockCapacity(string target)
    {
        if (LibvirtNative.virDomainGetBlockInfo(handle, target, out var info, 0) == 0)
            return (long)info.Capacity;
        LibvirtNative.virResetLastError();
        return null;
    }

    /// <summary>Starts the defined domain.</summary>
    public void Create() => LibvirtConnection.Check(LibvirtNative.virDomainCreateWithFlags(handle, 0), "virDomainCreate");

    /// <summary>Cuts the power: ends QEMU at once.</summary>
    public void Destroy() => LibvirtConnection.Check(LibvirtNative.virDomainDestroyFlags(handle, 0), "virDomainDestroy");

    /// <summary>Asks the guest to shut down; returns before it does, and also when it never will.</summary>
    public void Shutdown(LibvirtShutdownMode mode = LibvirtShutdownMode.AcpiPowerButton) =>
        LibvirtConnection.Check(LibvirtNative.virDomainShutdownFlags(handle, (uint)mode), "virDomainShutdown");

    /// <summary>Presses the reset button.</summary>
    public void Reset() => LibvirtConnection.Check(LibvirtNative.virDomainReset(handle, 0), "virDomainReset");

    public void InjectNmi() => LibvirtConnection.Check(LibvirtNative.virDomainInjectNMI(handle, 0), "virDomainInjectNMI");

    /// <summary>Forgets the definition; a domain with UEFI variables needs to be told what becomes of them.</summary>
    public void Undefine(LibvirtUndefineFlags flags = LibvirtUndefineFlags.None) =>
        LibvirtConnection.Check(LibvirtNative.virDomainUndefineFlags(handle, (uint)flags), "virDomainUndefine");

    public void AttachDevice(string xml, LibvirtDomainImpact impact) =>
        LibvirtConnection.Check(LibvirtNative.virDomainAttachDeviceFlags(handle, xml, (uint)impact), "virDomainAttachDevice");

    /// <summary>
    /// Live: asks the guest to release the device and waits a few seconds for it; that it is gone is told by
    /// <see cref="LibvirtConnection.DeviceChanged"/> or the domain's XML, not by the return.
    /// </summary>
    public void DetachDevice(string xml, LibvirtDomainImpact impact) =>
        LibvirtConnection.Check(LibvirtNative.virDomainDetachDeviceFlags(handle, xml, (uint)impact), "virDomainDetachDevice");

    public void UpdateDevice(string xml, LibvirtDomainImpact impact) =>
        LibvirtConnection.Check(LibvirtNative.virDomainUpdateDeviceFlags(handle, xml, (uint)impact), "virDomainUpdateDevice");

    /// <summary>Sends one QMP command to QEMU and returns its answer (https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html).</summary>
    public string QemuMonitorCommand(string json)
    {
        LibvirtConnection.Check(LibvirtNative.virDomainQemuMonitorCommand(handle, json, out var result, 0), "virDomainQemuMonitorCommand");
        return TakeString(result) ?? "";
    }

    public void Dispose() => handle.Dispose();

    private static string? TakeString(byte* text)
    {
        if (text is null)
            return null;
        var taken = Marshal.PtrToStringUTF8((nint)text);
        NativeMemory.Free(text);
        return taken;
    }
}
