using System.Net.Sockets;
using System.Xml.Linq;
using Lab.Emulators.Host.Definition;
using Lab.Harness.Consoles;
using Lab.Interop.Libvirt;

namespace Lab.Harness.Baseline;

/// <summary>
/// A host of the same shape as the testbed's, with a local virtio-blk disk and taps on a plain bridge: no manager, no DPU. What the
/// cloud's numbers are divided by.
/// </summary>
public sealed class BaselineHost : IAsyncDisposable
{
    private readonly LibvirtConnection libvirt;
    private readonly HostDefinition definition;
    private readonly Socket consoleListener;
    private LibvirtDomain? domain;

    private BaselineHost(LibvirtConnection libvirt, HostDefinition definition, Socket consoleListener)
    {
        this.libvirt = libvirt;
        this.definition = definition;
        this.consoleListener = consoleListener;
    }

    public string Name => definition.Name;
    public SerialConsole Console { get; private set; } = null!;
    public GuestShell Shell { get; private set; } = null!;

    /// <summary>When libvirt was asked to start it.</summary>
    public DateTimeOffset StartedAt { get; private set; }

    /// <summary>Starts a host from a raw image file; the serial console is watched from the first byte.</summary>
    /// <param name="nics">Pairs of tap and MAC address.</param>
    public static async Task<BaselineHost> StartAsync(
        LibvirtConnection libvirt, HostDefinition definition, string disk, IEnumerable<BaselineNic> nics, TimeProvider clock, CancellationToken token)
    {
        File.Delete(definition.ConsoleSocket!);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(definition.ConsoleSocket!));
        listener.Listen(1);
        var host = new BaselineHost(libvirt, definition, listener);
        try
        {
            var devices = new List<XElement> { BaselineDevices.Disk(disk, "vda", slot: 0, boot: true) };
            devices.AddRange(nics.Select((nic, i) => BaselineDevices.Nic(nic, slot: i + 1)));
            host.domain = libvirt.DefineDomain(DomainXml.Build(definition, devices).ToString());
            host.StartedAt = clock.GetUtcNow();
            host.domain.Create();
            var socket = await listener.AcceptAsync(token);
            host.Console = new SerialConsole(new NetworkStream(socket, ownsSocket: true), clock);
            host.Shell = new GuestShell(host.Console);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public void Attach(XElement device) => domain!.AttachDevice(device.ToString(), LibvirtDomainImpact.Live);

    public void Detach(XElement device) => domain!.DetachDevice(device.ToString(), LibvirtDomainImpact.Live);

    public async ValueTask DisposeAsync()
    {
        if (domain is not null)
        {
            try
            {
                if (domain.IsActive)
                    domain.Destroy();
                domain.Undefine(LibvirtUndefineFlags.Nvram);
            }
            catch (LibvirtException)
            {
                // Gone by itself: the guest powered off, or libvirtd went first.
            }
            domain.Dispose();
        }
        Shell?.Dispose();
        if (Console is not null)
            await Console.DisposeAsync();
        consoleListener.Dispose();
        File.Delete(definition.ConsoleSocket!);
    }
}

/// <param name="Tap">An existing tap in the testbed's namespace.</param>
public sealed record BaselineNic(string Tap, string MacAddress);
