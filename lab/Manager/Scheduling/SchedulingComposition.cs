namespace Lab.Manager.Scheduling;

internal static class SchedulingComposition
{
    /// <summary>The first filter that refuses a node gives the reason; whether it is connected is asked last, as that may change soon.</summary>
    public static IServiceCollection AddScheduling(this IServiceCollection services) => services
        .AddSingleton<INodeFilter, RequestedHostFilter>()
        .AddSingleton<INodeFilter, AvailableFilter>()
        .AddSingleton<INodeFilter, SizeFilter>()
        .AddSingleton<INodeFilter, FunctionsFilter>()
        .AddSingleton<INodeFilter, ConnectedFilter>()
        .AddSingleton<NodeScheduler>();
}
