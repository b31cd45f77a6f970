namespace Lab.Manager.Configuration;

internal static class BootstrapComposition
{
    public static IServiceCollection AddBootstrap(this IServiceCollection services) => services
        .AddSingleton(provider => provider.GetRequiredService<ManagerOptions>().BootstrapFile is { } path
            ? BootstrapFile.Read(path)
            : new BootstrapFile());
}
