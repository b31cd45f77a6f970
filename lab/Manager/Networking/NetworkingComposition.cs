using Lab.Manager.Database;

namespace Lab.Manager.Networking;

internal static class NetworkingComposition
{
    public static IServiceCollection AddNetworking(this IServiceCollection services) => services
        .AddMigrations<NetworkingMigrations>()
        .AddSingleton<NetworkingLock>()
        .AddSingleton<NetworkService>()
        .AddSingleton<SubnetService>()
        .AddSingleton<PortService>()
        .AddSingleton<IPortService, ServerPorts>();
}
