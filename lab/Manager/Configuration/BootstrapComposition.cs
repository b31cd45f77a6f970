namespace Lab.Manager.Configuration;

internal static class BootstrapComposition
{
    /// <summary>Read at once: a file that cannot be used ends the start before anything is changed.</summary>
    /// <exception cref="ManagerException"/>
    public static IServiceCollection AddBootstrap(this IServiceCollection services, ManagerOptions options) => services
        .AddSingleton(options.BootstrapFile is { } path
            ? BootstrapReader.Load(path, Environment.GetEnvironmentVariable)
            : new BootstrapFile());
}
