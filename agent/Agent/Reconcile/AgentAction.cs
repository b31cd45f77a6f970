using Lab.Agent.Network;
using Lab.Contracts.Link;
using Lab.Contracts.Telemetry;

namespace Lab.Agent.Reconcile;

/// <summary>One small step towards the spec. Doing it when it is done already is harmless or refused, never destructive.</summary>
/// <param name="Step">In an error: which step failed.</param>
/// <param name="Phase">Phase of the operation's time line that the step belongs to (<see cref="OperationActivities"/>); null for none.</param>
public abstract record AgentAction(Subject Subject, string Step, string? Phase = null)
{
    /// <summary>Not tried in a pass in which an action about this one failed; nor is then what follows about the same subject.</summary>
    public Subject? After { get; init; }

    /// <summary>Whether power, bridges, ports and flows stay as they are.</summary>
    public bool ChangesDpuAlone => Subject.Kind is not (SubjectKind.Power or SubjectKind.Network or SubjectKind.Port);
}

public sealed record PowerOff() : AgentAction(Subject.Power, "power off", OperationActivities.Power);
public sealed record PowerOn() : AgentAction(Subject.Power, "power on", OperationActivities.Power);

public sealed record EnsureBridges() : AgentAction(Subject.Network, "make the bridges");
public sealed record ReplaceFlows(FlowSet Flows) : AgentAction(Subject.Network, "replace the flows");

public sealed record ConnectVolume(VolumeSpec Volume)
    : AgentAction(Subject.Volume(Volume.Id), "connect", OperationActivities.Connect);
public sealed record SetVolumeQos(Guid Volume, string Bdev, VolumeQos Qos) : AgentAction(Subject.Volume(Volume), "limit");
public sealed record MakeConfigDrive(Guid Instance, string Bdev, string FileName)
    : AgentAction(Subject.ConfigDrive(Instance), "make", OperationActivities.Present);
public sealed record DeleteBdev(Subject Subject, string Bdev) : AgentAction(Subject, "disconnect");

public sealed record CreateFunction(Subject Subject) : AgentAction(Subject, "create function", OperationActivities.Present);

/// <param name="Vuid">Null: the function that the subject's <see cref="CreateFunction"/> made in this pass.</param>
public sealed record CreateController(Subject Subject, string Controller, string? Vuid, string Bdev, string Serial, bool ReadOnly)
    : AgentAction(Subject, "create controller", OperationActivities.Present);
public sealed record Hotplug(Subject Subject, string Controller) : AgentAction(Subject, "hot-plug", OperationActivities.Present);
public sealed record Hotunplug(Subject Subject, string Controller) : AgentAction(Subject, "hot-unplug");
public sealed record DestroyController(Subject Subject, string Controller) : AgentAction(Subject, "destroy controller");
public sealed record DestroyFunction(Subject Subject, string Vuid) : AgentAction(Subject, "destroy function");

public sealed record PlugNic(PortSpec Port) : AgentAction(Subject.Port(Port.Id), "hot-plug", OperationActivities.Present);
public sealed record UnplugNic(Guid Port, string Vuid) : AgentAction(Subject.Port(Port), "hot-unplug");

/// <param name="Device">The representor; null: of the NIC that <see cref="PlugNic"/> made in this pass.</param>
public sealed record AttachPort(PortSpec Port, string? Device)
    : AgentAction(Subject.Port(Port.Id), "attach to Open vSwitch", OperationActivities.Present);
public sealed record DetachPort(Guid Port, string Device) : AgentAction(Subject.Port(Port), "detach from Open vSwitch");
