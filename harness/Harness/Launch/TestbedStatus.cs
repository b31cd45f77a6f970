using Lab.Harness.Services;

namespace Lab.Harness.Launch;

/// <summary>Which parts of a testbed run, read from the machine itself.</summary>
public sealed record TestbedStatus(string Name, IReadOnlyList<TestbedPart> Parts)
{
    public static async Task<TestbedStatus> ReadAsync(TestbedPaths paths, CancellationToken token)
    {
        var parts = new List<TestbedPart>();
        if (Directory.Exists(paths.Services))
            parts.AddRange(Directory.EnumerateDirectories(paths.Services).Order(StringComparer.Ordinal)
                .Select(directory => new RunitService(directory, paths.LogOf(Path.GetFileName(directory))))
                .Select(s => new TestbedPart(s.Name, s.ProcessId is not null, s.ProcessId is { } pid ? $"process {pid}" : $"see {s.LogFile}")));
        if (await DockerService.FindRunningAsync(token) is { } docker)
        {
            using (docker)
                parts.AddRange((await docker.Containers.ListContainersAsync($"{TestbedPaths.DockerLabel}={paths.Testbed}", token))
                    .Select(c => new TestbedPart(c.Names[0].TrimStart('/'), c.State == "running", "container " + c.State)));
        }
        return new TestbedStatus(paths.Testbed, parts);
    }
}

public sealed record TestbedPart(string Name, bool IsUp, string Detail);
