using Lab.Agent.Compute;
using Lab.Agent.ConfigDrive;
using Lab.Agent.Dpu;
using Lab.Agent.Network;
using Lab.Contracts.Link;

namespace Lab.Agent.Reconcile;

/// <summary>What the actions act on.</summary>
public sealed record AgentDevices(SnapClient Snap, VirtnetClient Virtnet, OpenVSwitch Network, HostBmc Bmc, ConfigDriveFiles Drives);

/// <summary>Does the actions of one plan. Keeps only what one action of the plan hands to a later one of it.</summary>
public sealed class PlanRun(AgentDevices devices, NodeSpec spec)
{
    private readonly Dictionary<Subject, string> functions = [];
    private readonly Dictionary<Guid, string> representors = [];

    public Task RunAsync(AgentAction action, CancellationToken token) => action switch
    {
        PowerOff => devices.Bmc.SetPowerAsync(PowerState.Off, token),
        PowerOn => devices.Bmc.SetPowerAsync(PowerState.On, token),
        EnsureBridges => devices.Network.EnsureBridgesAsync(token),
        ReplaceFlows flows => devices.Network.ReplaceFlowsAsync(flows.Flows, token),
        ConnectVolume connect => devices.Snap.ConnectVolumeAsync(connect.Volume, token),
        SetVolumeQos limit => devices.Snap.SetQosAsync(limit.Bdev, limit.Qos, token),
        MakeConfigDrive make => MakeConfigDriveAsync(make, token),
        DeleteBdev delete => DeleteBdevAsync(delete, token),
        CreateFunction create => CreateFunctionAsync(create, token),
        CreateController create => devices.Snap.CreateControllerAsync(
            create.Controller, create.Vuid ?? functions[create.Subject], create.Bdev, create.Serial, create.ReadOnly, token),
        Hotplug plug => devices.Snap.HotplugAsync(plug.Controller, token),
        Hotunplug unplug => devices.Snap.HotunplugAsync(unplug.Controller, token),
        DestroyController destroy => devices.Snap.DestroyControllerAsync(destroy.Controller, token),
        DestroyFunction destroy => devices.Snap.DestroyFunctionAsync(destroy.Vuid, token),
        PlugNic plug => PlugNicAsync(plug, token),
        UnplugNic unplug => devices.Virtnet.UnplugAsync(unplug.Vuid, token),
        AttachPort attach => devices.Network.AttachAsync(attach.Port, attach.Device ?? representors[attach.Port.Id], token),
        DetachPort detach => devices.Network.DetachAsync(detach.Device, token),
        _ => throw new InvalidOperationException($"no way to do {action.GetType().Name}"),
    };

    private async Task MakeConfigDriveAsync(MakeConfigDrive make, CancellationToken token)
    {
        await devices.Drives.MakeAsync(spec, token);
        await devices.Snap.CreateAioAsync(make.Bdev, make.FileName, token);
    }

    private async Task DeleteBdevAsync(DeleteBdev delete, CancellationToken token)
    {
        await devices.Snap.DeleteBdevAsync(delete.Bdev, token);
        if (DpuNames.InstanceOfConfigDrive(delete.Bdev) is { } instance && instance != spec.Instance?.Id)
            devices.Drives.Delete(instance);
    }

    private async Task CreateFunctionAsync(CreateFunction create, CancellationToken token) =>
        functions[create.Subject] = await devices.Snap.CreateFunctionAsync(token);

    private async Task PlugNicAsync(PlugNic plug, CancellationToken token) =>
        representors[plug.Port.Id] = (await devices.Virtnet.PlugAsync(plug.Port, token)).Representor;
}
