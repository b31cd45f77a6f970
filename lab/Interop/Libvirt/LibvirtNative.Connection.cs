using System.Runtime.InteropServices;

namespace Lab.Interop.Libvirt;

/// <remarks>https://libvirt.org/html/libvirt-libvirt-host.html</remarks>
internal static unsafe partial class LibvirtNative
{
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial LibvirtConnectionHandle virConnectOpen(string uri);

    [LibraryImport(Library)]
    internal static partial int virConnectClose(nint connection);

    [LibraryImport(Library)]
    internal static partial int virConnectSetKeepAlive(LibvirtConnectionHandle connection, int intervalSeconds, uint count);

    [LibraryImport(Library)]
    internal static partial int virConnectIsAlive(LibvirtConnectionHandle connection);

    [LibraryImport(Library)]
    internal static partial int virConnectGetLibVersion(LibvirtConnectionHandle connection, out ulong version);

    [LibraryImport(Library)]
    internal static partial int virConnectRegisterCloseCallback(
        LibvirtConnectionHandle connection,
        delegate* unmanaged<nint, int, nint, void> callback,
        nint opaque,
        delegate* unmanaged<nint, void> free);

    [LibraryImport(Library)]
    internal static partial int virConnectUnregisterCloseCallback(
        LibvirtConnectionHandle connection, delegate* unmanaged<nint, int, nint, void> callback);

    [LibraryImport(Library)]
    internal static partial int virConnectListAllDomains(LibvirtConnectionHandle connection, out nint* domains, uint flags);
}
