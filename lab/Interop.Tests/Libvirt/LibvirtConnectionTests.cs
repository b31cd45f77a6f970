using System.Threading.Channels;
using Lab.Interop.Libvirt;

namespace Lab.Interop.Tests.Libvirt;

/// <summary>The binding against libvirt's own test driver, a simulated hypervisor inside the library.</summary>
public sealed class LibvirtConnectionTests
{
    private const string Uri = "test:///default";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Domain_WholeLife_IsSeenInStatesAndEvents()
    {
        using var connection = LibvirtConnection.Open(Uri);
        var events = Channel.CreateUnbounded<LibvirtLifecycleEvent>();
        connection.LifecycleChanged += e => events.Writer.TryWrite(e);
        var uuid = Guid.NewGuid();
        using var domain = connection.DefineDomain(Xml("life", uuid));
        Assert.Equal(("life", uuid, LibvirtDomainState.ShutOff, false), (domain.Name, domain.Uuid, domain.State, domain.IsActive));
        domain.Create();
        Assert.Equal(LibvirtDomainState.Running, domain.State);
        Assert.Contains(uuid.ToString(), domain.GetXml(), StringComparison.Ordinal);
        domain.Destroy();
        Assert.False(domain.IsActive);
        domain.Undefine();
        Assert.Null(connection.FindDomain("life"));

        LibvirtLifecycle[] expected =
            [LibvirtLifecycle.Defined, LibvirtLifecycle.Started, LibvirtLifecycle.Stopped, LibvirtLifecycle.Undefined];
        foreach (var one in expected)
            Assert.Equal(("life", one), await ReadAsync(events.Reader));
    }

    [Fact]
    public void ListDomains_TestDriver_HasItsOneDomain()
    {
        using var connection = LibvirtConnection.Open(Uri);
        var domains = connection.ListDomains();
        Assert.Contains("test", domains.Select(d => d.Name));
        foreach (var domain in domains)
            domain.Dispose();
        Assert.True(connection.IsAlive);
        Assert.True(connection.LibraryVersion >= 9_000_000);
    }

    [Fact]
    public void LookupDomain_Unknown_ThrowsWithLibvirtsCode()
    {
        using var connection = LibvirtConnection.Open(Uri);
        var error = Assert.Throws<LibvirtException>(() => connection.LookupDomain("absent"));
        Assert.Equal(LibvirtErrorCode.NoDomain, error.Code);
        Assert.NotEqual(0, error.Domain);
        Assert.Contains("not found", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsConnectionLost);
    }

    [Fact]
    public void DefineDomain_MalformedXml_Throws()
    {
        using var connection = LibvirtConnection.Open(Uri);
        Assert.Throws<LibvirtException>(() => connection.DefineDomain("<domain"));
    }

    [Fact]
    public void Open_NoDaemon_ThrowsThatTheConnectionIsLost()
    {
        var error = Assert.Throws<LibvirtException>(() => LibvirtConnection.Open("qemu+unix:///system?socket=/nonexistent/libvirt-sock"));
        Assert.True(error.IsConnectionLost);
    }

    [Fact]
    public async Task Link_NoDaemon_TimesOutWithTheReason()
    {
        var link = new LibvirtLink("qemu+unix:///system?socket=/nonexistent/libvirt-sock", TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = link.RunAsync(stop.Token);
        var error = await Assert.ThrowsAsync<TimeoutException>(() => link.UseAsync(c => c.IsAlive, TimeSpan.FromMilliseconds(500), Token));
        Assert.Contains("/nonexistent/libvirt-sock", error.Message, StringComparison.Ordinal);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static async Task<(string, LibvirtLifecycle)> ReadAsync(ChannelReader<LibvirtLifecycleEvent> events)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Limit);
        var next = await events.ReadAsync(limit.Token);
        return (next.DomainName, next.Event);
    }

    private static string Xml(string name, Guid uuid) => $"""
        <domain type='test'>
          <name>{name}</name><uuid>{uuid}</uuid><memory unit='MiB'>64</memory><vcpu>1</vcpu>
          <os><type>hvm</type></os>
        </domain>
        """;
}
