using Lab.Interop.Libvirt;

namespace Lab.Harness.Power;

/// <summary>
/// The same host without a BMC: libvirt is asked itself. The baseline of every other front, and the witness of what the host did.
/// </summary>
public sealed class LibvirtPower : IPowerFront
{
    private readonly LibvirtConnection connection;
    private readonly LibvirtDomain domain;
    private readonly TimeProvider clock;
    private readonly Lock gate = new();
    private TaskCompletionSource<DateTimeOffset> stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <exception cref="LibvirtException">There is no such daemon or domain.</exception>
    public LibvirtPower(string uri, string domainName, TimeProvider clock)
    {
        this.clock = clock;
        connection = LibvirtConnection.Open(uri);
        domain = connection.LookupDomain(domainName);
        connection.LifecycleChanged += e =>
        {
            if (e.DomainName == domainName && e.Event == LibvirtLifecycle.Stopped)
                lock (gate)
                    stopped.TrySetResult(this.clock.GetUtcNow());
        };
    }

    public string Name => "libvirt";

    public Task SwitchOnAsync(CancellationToken token) => Task.Run(domain.Create, token);

    public Task ResetAsync(CancellationToken token) => Task.Run(domain.Reset, token);

    public Task ShutDownAsync(CancellationToken token) => Task.Run(() => domain.Shutdown(), token);

    public Task<bool> IsOnAsync(CancellationToken token) => Task.Run(() => domain.IsActive, token);

    /// <summary>Cuts the power; returns when it is off.</summary>
    public async Task CutAsync(CancellationToken token)
    {
        var off = NextStop();
        if (await IsOnAsync(token))
        {
            await Task.Run(domain.Destroy, token);
            await off.WaitAsync(token);
        }
    }

    /// <summary>Completes with the time at which the host went off; asked for before that which makes it go off.</summary>
    public Task<DateTimeOffset> NextStop()
    {
        lock (gate)
        {
            stopped = new TaskCompletionSource<DateTimeOffset>(TaskCreationOptions.RunContinuationsAsynchronously);
            return stopped.Task;
        }
    }

    public void Dispose()
    {
        domain.Dispose();
        connection.Dispose();
    }
}
