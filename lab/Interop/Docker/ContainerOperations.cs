using System.Net;
using System.Text.Json;

namespace Lab.Interop.Docker;

public sealed class ContainerOperations(DockerClient client)
{
    public Task<CreateContainerResponse> CreateContainerAsync(CreateContainerParameters parameters, CancellationToken token) =>
        client.ReadAsync(
            HttpMethod.Post, "containers/create" + (parameters.Name is { } name ? "?name=" + Uri.EscapeDataString(name) : ""),
            DockerClient.Json(parameters, DockerJson.Default.CreateContainerParameters), DockerJson.Default.CreateContainerResponse, token);

    public async Task StartContainerAsync(string id, CancellationToken token)
    {
        using var response = await client.SendAsync(HttpMethod.Post, $"containers/{id}/start", null, token);
    }

    /// <summary>Sends SIGTERM to the first process, and SIGKILL after <paramref name="waitBeforeKill"/> (whole seconds).</summary>
    public async Task StopContainerAsync(string id, TimeSpan waitBeforeKill, CancellationToken token)
    {
        try
        {
            using var response = await client.SendAsync(
                HttpMethod.Post, $"containers/{id}/stop?t={(int)waitBeforeKill.TotalSeconds}", null, token);
        }
        catch (DockerApiException e) when (e.StatusCode == HttpStatusCode.NotModified)
        {
            // It was stopped already.
        }
    }

    public async Task KillContainerAsync(string id, string signal, CancellationToken token)
    {
        using var response = await client.SendAsync(HttpMethod.Post, $"containers/{id}/kill?signal={signal}", null, token);
    }

    public Task<ContainerInspectResponse> InspectContainerAsync(string id, CancellationToken token) =>
        client.ReadAsync(HttpMethod.Get, $"containers/{id}/json", null, DockerJson.Default.ContainerInspectResponse, token);

    /// <param name="label"><c>name=value</c>; only containers that have it, running or not.</param>
    public Task<IReadOnlyList<ContainerListResponse>> ListContainersAsync(string label, CancellationToken token)
    {
        var filters = $$"""{"label":[{{JsonSerializer.Serialize(label, DockerJson.Default.String)}}]}""";
        return client.ReadAsync(
            HttpMethod.Get, $"containers/json?all=true&filters={Uri.EscapeDataString(filters)}", null,
            DockerJson.Default.IReadOnlyListContainerListResponse, token);
    }

    /// <summary>One reading, taken at once.</summary>
    public Task<ContainerStatsResponse> GetContainerStatsAsync(string id, CancellationToken token) =>
        client.ReadAsync(
            HttpMethod.Get, $"containers/{id}/stats?stream=false&one-shot=true", null, DockerJson.Default.ContainerStatsResponse, token);

    public async Task RemoveContainerAsync(string id, bool force, CancellationToken token)
    {
        using var response = await client.SendAsync(
            HttpMethod.Delete, $"containers/{id}?v=true&force={(force ? "true" : "false")}", null, token);
    }
}
