using Lab.Manager.BareMetal;
using Lab.Manager.Conductor.Workflows;
using Lab.Manager.Database;
using Lab.Manager.Hosting;

namespace Lab.Manager.Conductor;

internal static class ConductorComposition
{
    public static IServiceCollection AddConductor(this IServiceCollection services) => services
        .AddMigrations<ConductorMigrations>()
        .AddSingleton<ConductorOptions>()
        .AddSingleton<INodeSpecs, NodeSpecs>()
        .AddSingleton<NodeStates>()
        .AddSingleton<NodeConvergence>()
        .AddSingleton<ServerOperations>()
        .AddSingleton<WorkflowQueue>()
        .AddSingleton<WorkflowRunner>()
        .AddSingleton<Conductor>()
        .AddHostedService(provider => provider.GetRequiredService<Conductor>())
        .AddWorkflow<EnrolNodeWorkflow>()
        .AddWorkflow<CleanNodeWorkflow>()
        .AddWorkflow<DeployWorkflow>()
        .AddWorkflow<UndeployWorkflow>()
        .AddWorkflow<StartWorkflow>()
        .AddWorkflow<StopWorkflow>()
        .AddWorkflow<RebootWorkflow>()
        .AddWorkflow<AttachVolumeWorkflow>()
        .AddWorkflow<DetachVolumeWorkflow>()
        .AddWorkflow<AttachInterfaceWorkflow>()
        .AddWorkflow<DetachInterfaceWorkflow>()
        .AddWorkflow<CreateVolumeWorkflow>()
        .AddWorkflow<DeleteVolumeWorkflow>()
        .AddWorkflow<ExtendVolumeWorkflow>()
        .AddWorkflow<CreateSnapshotWorkflow>()
        .AddWorkflow<DeleteSnapshotWorkflow>()
        .AddStartupTask<Conductor>(StartupOrder.Resume, (conductor, token) => conductor.ResumeAsync(token));

    private static IServiceCollection AddWorkflow<T>(this IServiceCollection services) where T : WorkflowDefinition =>
        services.AddSingleton<WorkflowDefinition, T>();
}
