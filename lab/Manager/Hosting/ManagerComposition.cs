using Lab.Manager.BareMetal;
using Lab.Manager.BlockStorage;
using Lab.Manager.Compute;
using Lab.Manager.Conductor;
using Lab.Manager.Configuration;
using Lab.Manager.Database;
using Lab.Manager.Http;
using Lab.Manager.Identity;
using Lab.Manager.Images;
using Lab.Manager.Link;
using Lab.Manager.Networking;
using Lab.Manager.Pki;
using Lab.Manager.Scheduling;
using Lab.Manager.Telemetry;

namespace Lab.Manager.Hosting;

/// <summary>What the manager is made of, feature by feature.</summary>
internal static class ManagerComposition
{
    public static IServiceCollection AddManager(this IServiceCollection services, ManagerOptions options) => services
        .AddSingleton(options)
        .AddSingleton(TimeProvider.System)
        // First of the hosted services: the others find the schema and the seeds.
        .AddHostedService<StartupTaskRunner>()
        .AddBootstrap(options)
        .AddDatabase()
        .AddPki()
        .AddApi()
        .AddIdentity()
        .AddNetworking()
        .AddImages()
        .AddBlockStorage()
        .AddBareMetal()
        .AddCompute()
        .AddScheduling()
        .AddConductor()
        .AddLink()
        .AddOperationTelemetry();

    public static WebApplication MapManager(this WebApplication app)
    {
        app.UseWebSockets();
        app.UsePlanes();
        app.UseApi();
        app.MapIdentity();
        app.MapNetworking();
        app.MapImages();
        app.MapBlockStorage();
        app.MapCompute();
        app.MapBareMetal();
        app.MapAgentLink();
        return app;
    }
}
