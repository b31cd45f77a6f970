namespace Lab.Contracts.Link;

/// <summary>Body of <c>POST /agents/enrol</c> on the link's port (TLS, no client certificate yet).</summary>
/// <param name="Token">One-time token; spent by this call.</param>
/// <param name="CertificateRequestPem">PKCS#10 (RFC 2986) whose subject's common name is the DPU's serial number.</param>
public sealed record EnrolRequest(string Token, string Serial, string CertificateRequestPem);

/// <param name="CertificatePem">Client certificate of the agent.</param>
/// <param name="AuthorityPem">The manager's certificate authority.</param>
public sealed record EnrolReply(string CertificatePem, string AuthorityPem);

public static class LinkPaths
{
    public const string Enrol = "/agents/enrol";

    /// <summary>The WebSocket, with client certificate.</summary>
    public const string Link = "/agents/link";
}
