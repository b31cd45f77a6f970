using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Interop.Docker;
using Lab.Protocols.JsonRpc;

namespace Lab.Harness.Launch;

/// <summary>A look into one SoC, for scenarios that count, capture or break things there. The system under test does not notice.</summary>
public sealed class SocShell(DockerClient docker, string container)
{
    private const string DpuSocket = "run/dpu/spdk.sock";

    /// <exception cref="LabException">The command failed.</exception>
    public async Task<string> RunAsync(IReadOnlyList<string> command, CancellationToken token)
    {
        var result = await docker.Exec.RunAsync(container, command, token);
        return result.ExitCode == 0
            ? result.Output
            : throw new LabException($"in {container}, {string.Join(' ', command)} failed with {result.ExitCode}: {result.Error.Trim()}");
    }

    /// <summary>SIGKILL to a service, which its supervisor starts again.</summary>
    public Task KillAsync(string service, CancellationToken token) =>
        RunAsync(["sh", "-c", "kill -KILL \"$(cat \"/etc/service/$0/supervise/pid\")\"", service], token);

    /// <summary>Calls the DPU's JSON-RPC as the agent does.</summary>
    public async Task<JsonElement> CallDpuAsync(string method, string? parameters, CancellationToken token)
    {
        var pid = await ProcessIdAsync(token);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint($"/proc/{pid}/root/{DpuSocket}"), token);
        await using var peer = new JsonRpcPeer(new StreamJsonRpcChannel(new NetworkStream(socket)));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        var running = peer.RunAsync(stop.Token);
        try
        {
            return await peer.InvokeAsync(method, parameters is null ? null : JsonNode.Parse(parameters), token);
        }
        finally
        {
            await stop.CancelAsync();
            await running.ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>The container's first process, as the machine sees it.</summary>
    public async Task<int> ProcessIdAsync(CancellationToken token) => (await docker.Containers.InspectContainerAsync(container, token)).State.Pid;

    /// <summary>CPU time all of the SoC has used, and the bytes of memory it uses (0 where the engine does not tell).</summary>
    public async Task<(TimeSpan Cpu, long Memory)> UsageAsync(CancellationToken token)
    {
        var stats = await docker.Containers.GetContainerStatsAsync(container, token);
        return (TimeSpan.FromTicks(stats.CpuStats.CpuUsage.TotalUsage / TimeSpan.NanosecondsPerTick), stats.MemoryStats.Usage ?? 0);
    }
}
