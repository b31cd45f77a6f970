namespace Lab.Manager.Conductor;

/// <summary>Patience of the conductor.</summary>
internal sealed record ConductorOptions
{
    /// <summary>A whole node with its disks, NICs and power.</summary>
    public TimeSpan DeployTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A disk, a NIC or power alone, and tearing down.</summary>
    public TimeSpan ChangeTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>An agent that reports an error tries again by itself; one that lasts this long is taken for an answer.</summary>
    public TimeSpan ErrorGrace { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>An agent that was there this short ago is on its way back: it, or the manager, was just restarted.</summary>
    public TimeSpan AgentReturn { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between two tries of a failing compensation.</summary>
    public TimeSpan UndoRetryDelay { get; init; } = TimeSpan.FromSeconds(2);
    public int UndoTriesMax { get; init; } = 5;
}
