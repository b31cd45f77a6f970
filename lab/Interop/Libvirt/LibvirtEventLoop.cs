namespace Lab.Interop.Libvirt;

/// <summary>
/// libvirt's default event loop on a thread of its own, one per process. It serves keep-alives, close callbacks and domain
/// events of every connection opened after it was registered, so it starts before the first connection.
/// </summary>
internal static unsafe class LibvirtEventLoop
{
    private static readonly Lock Gate = new();
    private static bool started;

    /// <exception cref="LibvirtException">libvirt refused to register its loop.</exception>
    internal static void EnsureStarted()
    {
        lock (Gate)
        {
            if (started)
                return;
            if (LibvirtNative.virInitialize() < 0 || LibvirtNative.virEventRegisterDefaultImpl() < 0)
                throw LibvirtException.Last("virEventRegisterDefaultImpl");
            LibvirtNative.virSetErrorFunc(null, &IgnoreError);
            new Thread(Run) { IsBackground = true, Name = "libvirt events" }.Start();
            started = true;
        }
    }

    private static void Run()
    {
        // One failed turn (EINTR, a descriptor closed under poll) is no reason to end; libvirt has logged it.
        while (true)
            if (LibvirtNative.virEventRunDefaultImpl() < 0)
                LibvirtNative.virResetLastError();
    }

    [System.Runtime.InteropServices.UnmanagedCallersOnly]
    private static void IgnoreError(void* userData, LibvirtNative.NativeError* error)
    {
        // Every failing call throws its error; there is nothing to print.
    }
}
