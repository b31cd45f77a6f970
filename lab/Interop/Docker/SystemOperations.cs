namespace Lab.Interop.Docker;

public sealed class SystemOperations(DockerClient client)
{
    /// <exception cref="HttpRequestException">No engine answers on the socket.</exception>
    public async Task PingAsync(CancellationToken token)
    {
        using var response = await client.SendAsync(HttpMethod.Get, "_ping", null, token);
    }
}
