namespace Lab.Manager.Hosting;

/// <summary>Work done in order before the manager listens; a failure ends the start.</summary>
internal sealed record StartupTask(int Order, Func<IServiceProvider, CancellationToken, Task> Run);

internal static class StartupOrder
{
    public const int Schema = 0;

    /// <summary>Projects, users, flavors from the bootstrap file.</summary>
    public const int Seed = 100;

    /// <summary>Unfinished work of the previous process is taken up again.</summary>
    public const int Resume = 200;
}

internal static class StartupTaskExtensions
{
    public static IServiceCollection AddStartupTask<T>(this IServiceCollection services, int order, Func<T, CancellationToken, Task> run)
        where T : notnull => services
        .AddSingleton(new StartupTask(order, (provider, token) => run(provider.GetRequiredService<T>(), token)));
}

/// <summary>Runs the start-up tasks: hosted services start before Kestrel listens.</summary>
internal sealed class StartupTaskRunner(IEnumerable<StartupTask> tasks, IServiceProvider provider) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var task in tasks.OrderBy(t => t.Order))
        {
            await using var scope = provider.CreateAsyncScope();
            await task.Run(scope.ServiceProvider, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
