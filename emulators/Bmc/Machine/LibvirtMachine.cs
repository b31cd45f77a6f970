using System.Globalization;
using System.Xml.Linq;
using Lab.Interop.Libvirt;

namespace Lab.Emulators.Bmc.Machine;

/// <summary>A machine that is a libvirt domain. Outlives its libvirtd: a killed one is waited for and connected to again.</summary>
public sealed class LibvirtMachine : IMachine
{
    /// <summary>How long a request waits for a libvirtd that is being restarted.</summary>
    private static readonly TimeSpan LibvirtTime = TimeSpan.FromSeconds(10);

    private readonly string domainName;
    private readonly LibvirtLink link;

    public LibvirtMachine(string uri, string domainName, TimeProvider time)
    {
        this.domainName = domainName;
        link = new LibvirtLink(uri, time, Observe);
    }

    public event Action<MachineSignal>? Signalled;

    public bool ReadsMedia => true;

    public bool IsFixed => false;

    public Task RunAsync(CancellationToken token) => link.RunAsync(token);

    public Task<MachinePower> ReadPowerAsync(CancellationToken token) =>
        UseAsync((_, domain) => domain.IsActive ? MachinePower.On : MachinePower.Off, token);

    public Task<MachineInventory> ReadInventoryAsync(CancellationToken token) => UseAsync(
        (_, domain) =>
        {
            var xml = XElement.Parse(domain.GetXml(LibvirtXmlFlags.Inactive));
            var kibibytes = long.Parse(xml.Element("memory")!.Value, CultureInfo.InvariantCulture);
            return new MachineInventory(
                domain.Uuid, int.Parse(xml.Element("vcpu")!.Value, CultureInfo.InvariantCulture), (int)(kibibytes / 1024));
        },
        token);

    /// <summary>Of the running domain where it runs: hot-plugged devices are in its definition too, but not the addresses it got since.</summary>
    public Task<MachineHardware> ReadHardwareAsync(CancellationToken token) => UseAsync(
        (_, domain) => DomainHardware.Read(XElement.Parse(domain.GetXml()), domain.GetBlockCapacity), token);

    public Task StartAsync(MachineStart start, CancellationToken token) => UseAsync(
        (connection, domain) =>
        {
            if (domain.IsActive)
                return true;
            if (start is { Target: BootTarget.None, Order.Count: 0, Media.Count: 0 })
                domain.Create();
            else
                connection.CreateDomain(StartXml.Apply(domain.GetXml(LibvirtXmlFlags.Inactive | LibvirtXmlFlags.Secure), start)).Dispose();
            return true;
        },
        token);

    public Task ForceOffAsync(CancellationToken token) => WhileOnAsync(domain => domain.Destroy(), token);

    public Task ResetAsync(CancellationToken token) => WhileOnAsync(domain => domain.Reset(), token);

    public Task PressPowerButtonAsync(CancellationToken token) => WhileOnAsync(domain => domain.Shutdown(), token);

    public Task InjectNmiAsync(CancellationToken token) => WhileOnAsync(domain => domain.InjectNmi(), token);

    public Task<bool> ChangeMediaAsync(string slot, string? file, CancellationToken token) => UseAsync(
        (_, domain) =>
        {
            if (!domain.IsActive || StartXml.ChangeMedia(domain.GetXml(), slot, file) is not { } drive)
                return false;
            domain.UpdateDevice(drive, LibvirtDomainImpact.Live);
            return true;
        },
        token);

    // QMP chardev-send-break; libvirt calls the backend of the first serial port charserial0.
    public Task SendBreakAsync(CancellationToken token) => WhileOnAsync(
        domain => domain.QemuMonitorCommand("""{"execute":"chardev-send-break","arguments":{"id":"charserial0"}}"""), token);

    private Task WhileOnAsync(Action<LibvirtDomain> work, CancellationToken token) => UseAsync(
        (_, domain) =>
        {
            try
            {
                if (domain.IsActive)
                    work(domain);
            }
            catch (LibvirtException e) when (e.Code == LibvirtErrorCode.OperationInvalid && !domain.IsActive)
            {
                // It went off by itself between the look and the call.
            }
            return true;
        },
        token);

    private async Task<T> UseAsync<T>(Func<LibvirtConnection, LibvirtDomain, T> work, CancellationToken token)
    {
        try
        {
            return await link.UseAsync(
                connection =>
                {
                    using var domain = connection.LookupDomain(domainName);
                    return work(connection, domain);
                },
                LibvirtTime,
                token);
        }
        catch (TimeoutException e)
        {
            throw new MachineException(e.Message, isTransient: true, e);
        }
        catch (LibvirtException e)
        {
            throw new MachineException(e.Message, isTransient: e.Code == LibvirtErrorCode.NoDomain, e);
        }
    }

    private void Observe(LibvirtConnection connection)
    {
        connection.LifecycleChanged += e => Signal(e.DomainName, MachineSignal.PowerChanged);
        connection.Rebooted += name => Signal(name, MachineSignal.Restarted);
        // What happened while there was no connection.
        Signal(domainName, MachineSignal.PowerChanged);
    }

    private void Signal(string name, MachineSignal signal)
    {
        if (name == domainName)
            Signalled?.Invoke(signal);
    }
}
