namespace Lab.Interop.Libvirt;

/// <summary>
/// One connection to a libvirtd. Calls block and may come from any thread. A connection whose daemon died stays dead
/// (<see cref="Closed"/> says so, calls throw with <see cref="LibvirtException.IsConnectionLost"/>): open a new one.
/// Events come on libvirt's event thread: handlers return at once and call nothing of libvirt.
/// </summary>
public sealed partial class LibvirtConnection : IDisposable
{
    /// <summary>A daemon that answers nothing for interval × count seconds is given up.</summary>
    public const int KeepAliveIntervalSeconds = 5;
    public const uint KeepAliveCount = 3;

    private readonly LibvirtConnectionHandle handle;

    private LibvirtConnection(LibvirtConnectionHandle handle, string uri)
    {
        this.handle = handle;
        Uri = uri;
    }

    public event Action<LibvirtLifecycleEvent>? LifecycleChanged;

    /// <summary>A domain's guest rebooted itself; the value is the domain's name.</summary>
    public event Action<string>? Rebooted;
    public event Action<LibvirtDeviceEvent>? DeviceChanged;

    /// <summary>QEMU dropped a device, whether libvirt knows it or not; the alias is QEMU's id.</summary>
    public event Action<LibvirtDeviceEvent>? QemuDeviceRemoved;

    /// <summary>Raised once, when the daemon is gone.</summary>
    public event Action<LibvirtCloseReason>? Closed;

    public string Uri { get; }
    public bool IsAlive => !handle.IsClosed && LibvirtNative.virConnectIsAlive(handle) == 1;

    /// <summary>Version of libvirt at the daemon: major × 1,000,000 + minor × 1,000 + release.</summary>
    public long LibraryVersion
    {
        get
        {
            Check(LibvirtNative.virConnectGetLibVersion(handle, out var version), "virConnectGetLibVersion");
            return (long)version;
        }
    }

    /// <param name="uri">https://libvirt.org/uri.html, for instance <c>qemu+unix:///system?socket=/run/x/libvirt-sock</c>.</param>
    /// <exception cref="LibvirtException">No daemon answers there.</exception>
    public static LibvirtConnection Open(string uri)
    {
        LibvirtEventLoop.EnsureStarted();
        var handle = LibvirtNative.virConnectOpen(uri);
        if (handle.IsInvalid)
            throw LibvirtException.Last("virConnectOpen " + uri);
        var connection = new LibvirtConnection(handle, uri);
        try
        {
            CheckWhereSupported(LibvirtNative.virConnectSetKeepAlive(handle, KeepAliveIntervalSeconds, KeepAliveCount), "virConnectSetKeepAlive");
            connection.Subscribe();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Defines a persistent domain, or changes the definition of the one with the same name and UUID.</summary>
    public LibvirtDomain DefineDomain(string xml) =>
        Wrap(LibvirtNative.virDomainDefineXMLFlags(handle, xml, 0), "virDomainDefineXML");

    /// <summary>
    /// Starts a domain from <paramref name="xml"/>. A persistent domain of the same name and UUID keeps its stored definition for
    /// later starts.
    /// </summary>
    public LibvirtDomain CreateDomain(string xml) => Wrap(LibvirtNative.virDomainCreateXML(handle, xml, 0), "virDomainCreateXML");

    /// <exception cref="LibvirtException"><see cref="LibvirtErrorCode.NoDomain"/>: there is none of that name.</exception>
    public LibvirtDomain LookupDomain(string name) => Wrap(LibvirtNative.virDomainLookupByName(handle, name), "virDomainLookupByName");

    public LibvirtDomain? FindDomain(string name)
    {
        try
        {
            return LookupDomain(name);
        }
        catch (LibvirtException e) when (e.Code == LibvirtErrorCode.NoDomain)
        {
            return null;
        }
    }

    /// <summary>Every domain, running or not. The caller disposes them.</summary>
    public unsafe IReadOnlyList<LibvirtDomain> ListDomains()
    {
        var count = Check(LibvirtNative.virConnectListAllDomains(handle, out var domains, 0), "virConnectListAllDomains");
        var list = new List<LibvirtDomain>(count);
        for (var i = 0; i < count; i++)
            list.Add(new LibvirtDomain(new LibvirtDomainHandle(domains[i])));
        System.Runtime.InteropServices.NativeMemory.Free(domains);
        return list;
    }

    public void Dispose()
    {
        if (handle.IsClosed)
            return;
        Unsubscribe();
        handle.Dispose();
    }

    internal static int Check(int result, string operation) => result >= 0 ? result : throw LibvirtException.Last(operation);

    /// <summary>Drivers inside the library have no daemon that could go away.</summary>
    private static void CheckWhereSupported(int result, string operation)
    {
        if (result < 0 && LibvirtException.Last(operation) is { Code: not LibvirtErrorCode.NotSupported } error)
            throw error;
    }

    private static LibvirtDomain Wrap(LibvirtDomainHandle domain, string operation) =>
        domain.IsInvalid ? throw LibvirtException.Last(operation) : new LibvirtDomain(domain);
}
