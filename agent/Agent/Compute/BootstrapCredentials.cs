namespace Lab.Agent.Compute;

/// <summary>What a BMC gives to whom it is wired to (Redfish host interface, DSP0270 §10): nothing has to be registered before.</summary>
/// <param name="Fingerprint">SHA-256 of the BMC's TLS certificate.</param>
public sealed record BootstrapCredentials(byte[] Fingerprint, string UserName, string Password)
{
    // A record prints its members; a password must not get into a log.
    public override string ToString() => $"bootstrap credentials of {UserName}";
}
