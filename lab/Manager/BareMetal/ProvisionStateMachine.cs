namespace Lab.Manager.BareMetal;

/// <summary>Events of Ironic's state machine that this manager raises.</summary>
internal enum ProvisionEvent
{
    Manage,
    Done,
    Fail,
    Provide,
    Deploy,
    Delete,
    Clean,
}

/// <summary>Ironic's node states (ironic/common/states.py), the part that DPU nodes live. No clock, no I/O.</summary>
internal static class ProvisionStateMachine
{
    /// <returns>The next state, or null when the event is not allowed in this one.</returns>
    public static ProvisionState? Next(ProvisionState state, ProvisionEvent happened) => (state, happened) switch
    {
        (ProvisionState.Enroll, ProvisionEvent.Manage) => ProvisionState.Verifying,
        (ProvisionState.Verifying, ProvisionEvent.Done) => ProvisionState.Manageable,
        (ProvisionState.Verifying, ProvisionEvent.Fail) => ProvisionState.Enroll,
        (ProvisionState.Manageable, ProvisionEvent.Provide or ProvisionEvent.Clean) => ProvisionState.Cleaning,
        (ProvisionState.Cleaning, ProvisionEvent.Done) => ProvisionState.Available,
        (ProvisionState.Cleaning, ProvisionEvent.Manage) => ProvisionState.Manageable,
        (ProvisionState.Cleaning, ProvisionEvent.Fail) => ProvisionState.CleanFailed,
        (ProvisionState.CleanFailed, ProvisionEvent.Manage) => ProvisionState.Manageable,
        (ProvisionState.Available, ProvisionEvent.Deploy) => ProvisionState.Deploying,
        (ProvisionState.Available, ProvisionEvent.Manage) => ProvisionState.Manageable,
        (ProvisionState.Deploying, ProvisionEvent.Done) => ProvisionState.Active,
        (ProvisionState.Deploying, ProvisionEvent.Fail) => ProvisionState.DeployFailed,
        (ProvisionState.DeployFailed, ProvisionEvent.Deploy) => ProvisionState.Deploying,
        (ProvisionState.DeployFailed or ProvisionState.Active or ProvisionState.Error, ProvisionEvent.Delete) => ProvisionState.Deleting,
        (ProvisionState.Deleting, ProvisionEvent.Clean) => ProvisionState.Cleaning,
        (ProvisionState.Deleting, ProvisionEvent.Fail) => ProvisionState.Error,
        _ => null,
    };

    /// <summary>Ironic's word for the state.</summary>
    public static string Name(ProvisionState state) => state switch
    {
        ProvisionState.CleanFailed => "clean failed",
        ProvisionState.DeployFailed => "deploy failed",
        _ => state.ToString().ToLowerInvariant(),
    };

    /// <summary>Where a transitional state leads; null in a stable one.</summary>
    public static ProvisionState? Target(ProvisionState state) => state switch
    {
        ProvisionState.Verifying => ProvisionState.Manageable,
        ProvisionState.Deploying => ProvisionState.Active,
        ProvisionState.Deleting or ProvisionState.Cleaning => ProvisionState.Available,
        _ => null,
    };
}
