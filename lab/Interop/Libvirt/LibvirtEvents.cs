namespace Lab.Interop.Libvirt;

/// <summary>virDomainEventType.</summary>
public enum LibvirtLifecycle { Defined, Undefined, Started, Suspended, Resumed, Stopped, Shutdown, PmSuspended, Crashed }

/// <param name="Detail">Its meaning depends on the event (virDomainEventStoppedDetailType and its like).</param>
public sealed record LibvirtLifecycleEvent(string DomainName, LibvirtLifecycle Event, int Detail);

/// <summary>virDomainEventShutdownDetailType: who ended the guest.</summary>
public static class LibvirtShutdownDetail
{
    public const int Finished = 0;
    public const int Guest = 1;
    public const int Host = 2;
}

public enum LibvirtDeviceChange
{
    Added,

    /// <summary>The guest has released the device and QEMU has dropped it.</summary>
    Removed,

    /// <summary>The guest refused to release the device.</summary>
    RemovalFailed,
}

/// <param name="Alias">The device's alias in the domain's XML.</param>
public sealed record LibvirtDeviceEvent(string DomainName, LibvirtDeviceChange Change, string Alias);

/// <summary>virConnectCloseReason.</summary>
public enum LibvirtCloseReason { Error, EndOfFile, KeepAlive, Client }
