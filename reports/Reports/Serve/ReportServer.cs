using Lab.Reports.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lab.Reports.Serve;

/// <summary>A small web site over the runs: list, reports, comparison of any, trend, qualification, and what goes on now. It changes nothing.</summary>
public sealed class ReportServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly RunStore store;
    private readonly RunCatalogue catalogue;

    private ReportServer(WebApplication app, RunStore store, RunCatalogue catalogue)
    {
        this.app = app;
        this.store = store;
        this.catalogue = catalogue;
    }

    /// <summary>Where it listens, with the port the kernel chose.</summary>
    public Uri Address => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <exception cref="StoreException">The store cannot be opened.</exception>
    /// <exception cref="IOException">The address is in use.</exception>
    public static async Task<ReportServer> StartAsync(ServeOptions options, CancellationToken cancel)
    {
        var store = await RunStore.OpenAsync(options.Store, options.Time, cancel);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = typeof(ReportServer).Assembly.GetName().Name });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.Listen);
        });
        var app = builder.Build();
        var catalogue = new RunCatalogue(options, store);
        app.UseRequestGuard(options.Listen.Address);
        new ServedPages(catalogue, options.Time).Map(app);
        new LiveRuns(catalogue.RunsDirectory, options.Time).Map(app);
        try
        {
            await app.StartAsync(cancel);
        }
        catch
        {
            await app.DisposeAsync();
            await store.DisposeAsync();
            throw;
        }

        return new ReportServer(app, store, catalogue);
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        catalogue.Dispose();
        await store.DisposeAsync();
    }
}
