using System.Runtime.InteropServices;

namespace Lab.Interop.Libvirt;

/// <remarks>https://libvirt.org/html/libvirt-libvirt-domain.html</remarks>
internal static unsafe partial class LibvirtNative
{
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial LibvirtDomainHandle virDomainDefineXMLFlags(LibvirtConnectionHandle connection, string xml, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial LibvirtDomainHandle virDomainCreateXML(LibvirtConnectionHandle connection, string xml, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial LibvirtDomainHandle virDomainLookupByName(LibvirtConnectionHandle connection, string name);

    [LibraryImport(Library)]
    internal static partial int virDomainFree(nint domain);

    [LibraryImport(Library)]
    internal static partial nint virDomainGetName(LibvirtDomainHandle domain);

    [LibraryImport(Library)]
    internal static partial nint virDomainGetName(nint domain);

    [LibraryImport(Library)]
    internal static partial int virDomainGetUUID(LibvirtDomainHandle domain, byte* uuid);

    [LibraryImport(Library)]
    internal static partial int virDomainGetState(LibvirtDomainHandle domain, out int state, out int reason, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainGetBlockInfo(LibvirtDomainHandle domain, string disk, out BlockInfo info, uint flags);

    /// <summary>virDomainBlockInfo, all in bytes.</summary>
    internal struct BlockInfo
    {
        internal ulong Capacity;
        internal ulong Allocation;
        internal ulong Physical;
    }

    [LibraryImport(Library)]
    internal static partial byte* virDomainGetXMLDesc(LibvirtDomainHandle domain, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainCreateWithFlags(LibvirtDomainHandle domain, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainDestroyFlags(LibvirtDomainHandle domain, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainShutdownFlags(LibvirtDomainHandle domain, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainReset(LibvirtDomainHandle domain, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainInjectNMI(LibvirtDomainHandle domain, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainUndefineFlags(LibvirtDomainHandle domain, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainAttachDeviceFlags(LibvirtDomainHandle domain, string xml, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainDetachDeviceFlags(LibvirtDomainHandle domain, string xml, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainUpdateDeviceFlags(LibvirtDomainHandle domain, string xml, uint flags);

    /// <summary>libvirt-qemu.h: one QMP command, bypassing libvirt's own model.</summary>
    [LibraryImport(QemuLibrary, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainQemuMonitorCommand(LibvirtDomainHandle domain, string command, out byte* result, uint flags);
}
