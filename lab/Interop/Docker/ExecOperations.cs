using System.Buffers.Binary;
using System.Text;

namespace Lab.Interop.Docker;

public sealed record ExecCreateParameters(IReadOnlyList<string> Cmd)
{
    public bool AttachStdout { get; init; } = true;
    public bool AttachStderr { get; init; } = true;
    public IReadOnlyList<string> Env { get; init; } = [];
}

public sealed record ExecCreateResponse(string Id);

public sealed record ExecStartParameters(bool Detach, bool Tty);

public sealed record ExecInspectResponse(bool Running, int? ExitCode);

public sealed record ExecResult(int ExitCode, string Output, string Error);

public sealed class ExecOperations(DockerClient client)
{
    private const int FrameHeaderBytes = 8;
    private const byte StandardError = 2;

    /// <summary>Of both streams together.</summary>
    private const int OutputBytesMax = 64 * 1024 * 1024;

    /// <summary>Runs a command in a container to its end.</summary>
    public async Task<ExecResult> RunAsync(string container, IReadOnlyList<string> command, CancellationToken token)
    {
        var created = await client.ReadAsync(
            HttpMethod.Post, $"containers/{container}/exec",
            DockerClient.Json(new ExecCreateParameters(command), DockerJson.Default.ExecCreateParameters), DockerJson.Default.ExecCreateResponse, token);
        string output, error;
        using (var response = await client.SendAsync(
            HttpMethod.Post, $"exec/{created.Id}/start",
            DockerClient.Json(new ExecStartParameters(false, false), DockerJson.Default.ExecStartParameters), token))
        {
            (output, error) = await DemultiplexAsync(await response.Content.ReadAsStreamAsync(token), token);
        }
        var ended = await client.ReadAsync(HttpMethod.Get, $"exec/{created.Id}/json", null, DockerJson.Default.ExecInspectResponse, token);
        return new ExecResult(ended.ExitCode ?? -1, output, error);
    }

    /// <summary>Frames of stream type, three zeros, big-endian length (ContainerAttach, "Stream format").</summary>
    internal static async Task<(string Output, string Error)> DemultiplexAsync(Stream stream, CancellationToken token)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var header = new byte[FrameHeaderBytes];
        while (await stream.ReadAtLeastAsync(header, FrameHeaderBytes, throwOnEndOfStream: false, token) == FrameHeaderBytes)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
            if (output.Length + error.Length + length > OutputBytesMax)
                throw new InvalidDataException($"a command in a container printed more than {OutputBytesMax} bytes");
            var frame = new byte[length];
            await stream.ReadExactlyAsync(frame, token);
            (header[0] == StandardError ? error : output).Write(frame);
        }
        return (Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }
}
