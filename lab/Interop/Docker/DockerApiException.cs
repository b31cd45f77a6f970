using System.Net;

namespace Lab.Interop.Docker;

/// <summary>Docker Engine refused a request.</summary>
public sealed class DockerApiException(HttpStatusCode status, string message) : Exception($"docker: {(int)status} {message}")
{
    public HttpStatusCode StatusCode => status;
}
