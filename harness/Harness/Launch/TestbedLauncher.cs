using System.Globalization;
using Lab.Contracts.Testbeds;
using Lab.Harness.Images;
using Lab.Harness.Pki;
using Lab.Harness.Processes;

namespace Lab.Harness.Launch;

/// <summary>
/// Raises a testbed from its description: images, network, storage target, manager, and each node with its SoC, host and BMC. What an
/// earlier run of the same name left is removed first.
/// </summary>
public sealed class TestbedLauncher(Testbed testbed, IProgress<LaunchStep> progress, TimeProvider clock)
{
    private static readonly TimeSpan ServiceLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EnrolLimit = TimeSpan.FromSeconds(90);

    private readonly TestbedPaths paths = new(testbed.Name);

    /// <param name="traced">Manager and agents export their spans to a collector of the harness.</param>
    /// <exception cref="LabException">Something of the lab itself failed; everything is taken down again.</exception>
    public async Task<RunningTestbed> LaunchAsync(bool traced, CancellationToken token)
    {
        if (testbed.Nodes.Any(n => n is RealNode))
            throw new LabException("this lab raises emulated nodes; this testbed file names real ones, which it cannot drive yet");
        var held = Hold();
        try
        {
            return await LaunchAsync(held, traced, token);
        }
        catch
        {
            await held.DisposeAsync();
            throw;
        }
    }

    private async Task<RunningTestbed> LaunchAsync(FileStream held, bool traced, CancellationToken token)
    {
        var docker = await DockerService.StartAsync(clock, token);
        await new Leftovers(paths).RemoveAsync(docker, token);
        var running = new RunningTestbed(testbed, paths, docker, TestbedSecrets.Create(), clock, held);
        try
        {
            await RaiseAsync(running, traced, token);
            return running;
        }
        catch (Exception e)
        {
            var logs = LogArchive.OfFailure(paths);
            LogArchive.Copy(paths, logs);
            await running.DisposeAsync();
            if (e is OperationCanceledException)
                throw;
            throw new LabException($"{e.Message}; the logs are in {logs}", e);
        }
    }

    /// <summary>Two runs of one testbed would take each other down. The kernel lets go of the lock when its holder dies.</summary>
    private FileStream Hold()
    {
        Directory.CreateDirectory(TestbedPaths.RunRoot);
        try
        {
            return new FileStream(paths.Root + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new LabException($"another run uses {testbed.Name}: wait for its end, or end it and run `lab clean`", e);
        }
    }

    private async Task RaiseAsync(RunningTestbed running, bool traced, CancellationToken token)
    {
        Directory.CreateDirectory(paths.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(paths.Logs);
        var nodes = testbed.Nodes.OfType<EmulatedNode>().ToList();
        await File.WriteAllLinesAsync(paths.NodesFile, nodes.Select(n => n.Name), token);
        var underTest = Programs.Of(((ManagerSource.Build)testbed.Manager).Directory);

        var soc = await StepAsync("images", async () =>
        {
            running.ProbeImage = (await ProbeImage.EnsureAsync(token)).Path;
            return await SocImage.EnsureAsync(running.Docker.Client, token);
        });
        running.SocImage = soc;
        running.Accelerator = (await KvmProbe.RunAsync(TestbedPaths.CacheRoot, token)).Accelerator;

        await StepAsync("network", () => new TestbedNetwork(paths).CreateAsync(
            [.. nodes.Select((_, i) => AddressPlan.Node(i))], token));
        var tracing = traced ? await running.CollectSpansAsync(token) : new Dictionary<string, string>();

        using var authority = new TestbedAuthority(testbed.Name, clock);
        await StepAsync("storage target", () => running.Plane.StartStorageAsync(testbed.Storage[0], authority, token));
        running.ConnectStorage(authority.Issue(paths.Under("harness-tls"), "harness", address: null));
        await StepAsync("manager", async () =>
        {
            await running.Plane.StartManagerAsync(underTest, authority, running.Secrets, tracing, token);
            await Wait.UntilAsync("the manager", ServiceLimit, running.TryLogInAsync, token);
        });
        await StepAsync("nodes", () => Task.WhenAll(nodes.Select(async (node, index) =>
        {
            var launched = new EmulatedNodeLaunch(paths, node, index, running);
            await launched.StartAsync(underTest, tracing, token);
        })));
        await StepAsync("enrolment", () => Wait.UntilAsync(
            $"{nodes.Count} nodes to enrol and become available", EnrolLimit,
            async t => await running.AvailableNodesAsync(t) == nodes.Count, token));
        await running.ConnectConsolesAsync(token);
    }

    private async Task StepAsync(string name, Func<Task> work) => await StepAsync(name, async () =>
    {
        await work();
        return true;
    });

    private async Task<T> StepAsync<T>(string name, Func<Task<T>> work)
    {
        var started = clock.GetTimestamp();
        progress.Report(new LaunchStep(name, null));
        var result = await work();
        progress.Report(new LaunchStep(name, clock.GetElapsedTime(started)));
        return result;
    }
}

/// <param name="Took">Null when the step begins.</param>
public sealed record LaunchStep(string Name, TimeSpan? Took)
{
    public override string ToString() =>
        Took is { } took ? string.Create(CultureInfo.InvariantCulture, $"{Name}: {took.TotalSeconds:0.0} s") : Name + " …";
}
