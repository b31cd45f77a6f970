using Lab.Manager.Database;
using Lab.Manager.Hosting;
using Lab.Manager.Http;

namespace Lab.Manager.Compute;

internal static class ComputeComposition
{
    public static IServiceCollection AddCompute(this IServiceCollection services) => services
        .AddMigrations<ComputeMigrations>()
        .AddSingleton<FlavorService>()
        .AddSingleton<ServerService>()
        .AddSingleton<ServerAttachments>()
        .AddSingleton<ServerConsole>()
        .AddSingleton<NodeView>()
        .AddStartupTask<FlavorService>(StartupOrder.Seed, (flavors, token) => flavors.SeedAsync(token))
        .AddStartupTask<ServerService>(StartupOrder.Resume, (servers, token) => servers.DropUnfinishedAsync(token));

    public static WebApplication MapCompute(this WebApplication app)
    {
        app.MapComputeVersions();
        var api = app.MapGroup(ApiPaths.ComputeV21).AddEndpointFilter(ComputeMicroversion.NegotiateAsync);
        api.MapFlavors();
        api.MapServers();
        api.MapAttachments();
        api.MapHypervisors();
        return app;
    }
}
