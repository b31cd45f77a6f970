using System.Runtime.InteropServices;
using System.Text.Json;

namespace Lab.Interop.Libvirt;

public sealed unsafe partial class LibvirtConnection
{
    private const string QemuDeviceDeleted = "DEVICE_DELETED";

    private readonly List<int> callbackIds = [];
    private int qemuCallbackId = -1;

    private void Subscribe()
    {
        CheckWhereSupported(
            LibvirtNative.virConnectRegisterCloseCallback(handle, &OnClosed, NewOpaque(), &FreeOpaque),
            "virConnectRegisterCloseCallback");
        Register(LibvirtNative.EventIdLifecycle, (delegate* unmanaged<nint, nint, int, int, nint, int>)&OnLifecycle);
        Register(LibvirtNative.EventIdReboot, (delegate* unmanaged<nint, nint, nint, void>)&OnReboot);
        Register(LibvirtNative.EventIdDeviceAdded, (delegate* unmanaged<nint, nint, nint, nint, void>)&OnDeviceAdded);
        Register(LibvirtNative.EventIdDeviceRemoved, (delegate* unmanaged<nint, nint, nint, nint, void>)&OnDeviceRemoved);
        Register(LibvirtNative.EventIdDeviceRemovalFailed, (delegate* unmanaged<nint, nint, nint, nint, void>)&OnDeviceRemovalFailed);
        qemuCallbackId = LibvirtNative.virConnectDomainQemuMonitorEventRegister(
            handle, 0, QemuDeviceDeleted, &OnQemuDeviceDeleted, NewOpaque(), &FreeOpaque, 0);
        CheckWhereSupported(qemuCallbackId, "virConnectDomainQemuMonitorEventRegister");
    }

    private void Register(int eventId, void* callback) => callbackIds.Add(Check(
        LibvirtNative.virConnectDomainEventRegisterAny(handle, 0, eventId, callback, NewOpaque(), &FreeOpaque),
        "virConnectDomainEventRegisterAny"));

    private void Unsubscribe()
    {
        // On a dead connection the daemon's side fails, the client's side is still released.
        foreach (var id in callbackIds)
            LibvirtNative.virConnectDomainEventDeregisterAny(handle, id);
        if (qemuCallbackId >= 0)
            LibvirtNative.virConnectDomainQemuMonitorEventDeregister(handle, qemuCallbackId);
        LibvirtNative.virConnectUnregisterCloseCallback(handle, &OnClosed);
        LibvirtNative.virResetLastError();
    }

    // Each registration owns one handle; libvirt frees it through FreeOpaque when no callback can come any more.
    private nint NewOpaque() => GCHandle.ToIntPtr(GCHandle.Alloc(this));

    private static LibvirtConnection From(nint opaque) => (LibvirtConnection)GCHandle.FromIntPtr(opaque).Target!;

    private static string NameOf(nint domain) => Marshal.PtrToStringUTF8(LibvirtNative.virDomainGetName(domain)) ?? "";

    [UnmanagedCallersOnly]
    private static void FreeOpaque(nint opaque) => GCHandle.FromIntPtr(opaque).Free();

    [UnmanagedCallersOnly]
    private static void OnClosed(nint connection, int reason, nint opaque) =>
        From(opaque).Closed?.Invoke((LibvirtCloseReason)reason);

    [UnmanagedCallersOnly]
    private static int OnLifecycle(nint connection, nint domain, int what, int detail, nint opaque)
    {
        From(opaque).LifecycleChanged?.Invoke(new LibvirtLifecycleEvent(NameOf(domain), (LibvirtLifecycle)what, detail));
        return 0;
    }

    [UnmanagedCallersOnly]
    private static void OnReboot(nint connection, nint domain, nint opaque) => From(opaque).Rebooted?.Invoke(NameOf(domain));

    [UnmanagedCallersOnly]
    private static void OnDeviceAdded(nint connection, nint domain, nint alias, nint opaque) =>
        From(opaque).RaiseDevice(domain, LibvirtDeviceChange.Added, alias);

    [UnmanagedCallersOnly]
    private static void OnDeviceRemoved(nint connection, nint domain, nint alias, nint opaque) =>
        From(opaque).RaiseDevice(domain, LibvirtDeviceChange.Removed, alias);

    [UnmanagedCallersOnly]
    private static void OnDeviceRemovalFailed(nint connection, nint domain, nint alias, nint opaque) =>
        From(opaque).RaiseDevice(domain, LibvirtDeviceChange.RemovalFailed, alias);

    /// <remarks>QEMU QMP Reference, DEVICE_DELETED: <c>device</c> is missing for a device without an id.</remarks>
    [UnmanagedCallersOnly]
    private static void OnQemuDeviceDeleted(nint connection, nint domain, byte* name, long seconds, uint microseconds, byte* details, nint opaque)
    {
        using var data = JsonDocument.Parse(Marshal.PtrToStringUTF8((nint)details) ?? "{}");
        if (data.RootElement.TryGetProperty("device", out var device))
            From(opaque).QemuDeviceRemoved?.Invoke(new LibvirtDeviceEvent(NameOf(domain), LibvirtDeviceChange.Removed, device.GetString() ?? ""));
    }

    private void RaiseDevice(nint domain, LibvirtDeviceChange change, nint alias) =>
        DeviceChanged?.Invoke(new LibvirtDeviceEvent(NameOf(domain), change, Marshal.PtrToStringUTF8(alias) ?? ""));
}
