namespace Lab.Agent.Link;

/// <summary>Where the manager is and how it is trusted.</summary>
/// <param name="Manager">Base address of the agent link's port: <c>https://10.20.0.1:8444</c>.</param>
/// <param name="Serial">Board serial number of the DPU; the certificate's common name.</param>
public sealed record ManagerLinkOptions(Uri Manager, ServerTrust Trust, string Serial)
{
    public Uri EnrolAddress => new(Manager, Contracts.Link.LinkPaths.Enrol);

    public Uri LinkAddress => new UriBuilder(new Uri(Manager, Contracts.Link.LinkPaths.Link)) { Scheme = "wss" }.Uri;
}
