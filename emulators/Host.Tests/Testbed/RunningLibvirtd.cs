using Lab.Emulators.Host.Libvirtd;
using Lab.Interop.Libvirt;

namespace Lab.Emulators.Host.Tests.Testbed;

/// <summary>A private libvirtd that can be killed and started again.</summary>
public sealed class RunningLibvirtd : IAsyncDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);
    private readonly PrivateLibvirtd daemon;
    private RunningProcess? process;

    private RunningLibvirtd(PrivateLibvirtd daemon) => this.daemon = daemon;

    public string Uri => daemon.Uri;

    public static async Task<RunningLibvirtd> StartAsync(string directory, string? networkNamespace, CancellationToken token)
    {
        var running = new RunningLibvirtd(new PrivateLibvirtd(directory, networkNamespace));
        running.daemon.Prepare();
        await running.StartAsync(token);
        return running;
    }

    public async Task StartAsync(CancellationToken token)
    {
        process = RunningProcess.Start(daemon.CommandLine());
        await Eventually.HoldsAsync("libvirtd answers", StartTime, () =>
        {
            try
            {
                using var connection = LibvirtConnection.Open(daemon.Uri);
                return connection.IsAlive;
            }
            catch (LibvirtException)
            {
                return false;
            }
        }, token);
    }

    public Task KillAsync() => process!.KillAsync();

    public string DomainLog(string name) => daemon.DomainLog(name);

    public async ValueTask DisposeAsync()
    {
        if (process is null)
            return;
        DestroyDomains();
        await process.DisposeAsync();
    }

    private void DestroyDomains()
    {
        try
        {
            using var connection = LibvirtConnection.Open(daemon.Uri);
            foreach (var domain in connection.ListDomains())
                using (domain)
                    if (domain.IsActive)
                        domain.Destroy();
        }
        catch (LibvirtException e)
        {
            Console.Error.WriteLine("domains not ended: " + e.Message);
        }
    }
}
