using System.Runtime.InteropServices;

namespace Lab.Interop.Libvirt;

/// <remarks>https://libvirt.org/html/libvirt-libvirt-event.html</remarks>
internal static unsafe partial class LibvirtNative
{
    internal const int EventIdLifecycle = 0;
    internal const int EventIdReboot = 1;
    internal const int EventIdDeviceRemoved = 15;
    internal const int EventIdDeviceAdded = 19;
    internal const int EventIdDeviceRemovalFailed = 22;

    [LibraryImport(Library)]
    internal static partial int virEventRegisterDefaultImpl();

    [LibraryImport(Library)]
    internal static partial int virEventRunDefaultImpl();

    /// <param name="callback">Its type depends on <paramref name="eventId"/>.</param>
    [LibraryImport(Library)]
    internal static partial int virConnectDomainEventRegisterAny(
        LibvirtConnectionHandle connection, nint domain, int eventId, void* callback, nint opaque, delegate* unmanaged<nint, void> free);

    [LibraryImport(Library)]
    internal static partial int virConnectDomainEventDeregisterAny(LibvirtConnectionHandle connection, int callbackId);

    /// <summary>libvirt-qemu.h: QEMU's own events; null as <paramref name="eventName"/> is all of them.</summary>
    [LibraryImport(QemuLibrary, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virConnectDomainQemuMonitorEventRegister(
        LibvirtConnectionHandle connection, nint domain, string? eventName, delegate* unmanaged<nint, nint, byte*, long, uint, byte*, nint, void> callback,
        nint opaque, delegate* unmanaged<nint, void> free, uint flags);

    [LibraryImport(QemuLibrary)]
    internal static partial int virConnectDomainQemuMonitorEventDeregister(LibvirtConnectionHandle connection, int callbackId);
}
