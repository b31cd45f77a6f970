namespace Lab.Manager.Scheduling;

internal static class SchedulingComposition
{
    /// <summary>The first filter that refuses a node gives the reason.</summary>
    public static IServiceCollection AddScheduling(this IServiceCollection services) => services
        .AddSingleton<INodeFilter, RequestedHostFilter>()
        .AddSingleton<INodeFilter, AvailableFilter>()
        .AddSingleton<INodeFilter, ConnectedFilter>()
        .AddSingleton<INodeFilter, SizeFilter>()
        .AddSingleton<INodeFilter, FunctionsFilter>()
        .AddSingleton<NodeScheduler>();
}
