namespace Lab.Manager.BareMetal;

/// <summary>Ironic's provision states that a node of this manager can be in.</summary>
internal enum ProvisionState
{
    Enroll,
    Verifying,
    Manageable,
    Cleaning,
    CleanFailed,
    Available,
    Deploying,
    DeployFailed,
    Active,
    Deleting,
    Error,
}
