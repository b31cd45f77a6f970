namespace Lab.Contracts.Link;

/// <summary>Method names of the agent link (JSON-RPC 2.0 over WebSocket; the agent dials out).</summary>
public static class LinkMethods
{
    /// <summary>Agent → manager, first call on a connection: <see cref="NodeRegistration"/> → <see cref="RegistrationReply"/>.</summary>
    public const string Register = "node.register";

    /// <summary>Agent → manager: <see cref="NodeStatus"/>, whenever it changes and at least every <see cref="RegistrationReply.HeartbeatSeconds"/>.</summary>
    public const string Status = "node.status";

    /// <summary>Manager → agent: <see cref="NodeSpec"/>; answered at once, convergence is told by <see cref="Status"/>.</summary>
    public const string Apply = "node.apply";

    /// <summary>Manager → agent: <see cref="ResetRequest"/>; answered when the BMC accepted it.</summary>
    public const string Reset = "node.reset";

    /// <summary>Manager → agent: <see cref="ConsoleRequest"/> → <see cref="ConsoleReply"/>.</summary>
    public const string ReadConsole = "node.console";
}

/// <summary>JSON-RPC error codes of the agent link beyond the standard ones.</summary>
public static class LinkErrors
{
    /// <summary>The spec is older than the one the agent already holds: another manager is ahead (fencing).</summary>
    public const int StaleGeneration = -32010;

    /// <summary>The BMC refused or could not be reached.</summary>
    public const int Bmc = -32011;
}
