using System.Reflection;
using Lab.Agent.Compute;
using Lab.Agent.ConfigDrive;
using Lab.Agent.Dpu;
using Lab.Agent.Link;
using Lab.Agent.Network;
using Lab.Agent.Reconcile;
using Lab.Contracts.Link;
using Microsoft.Extensions.Logging;

namespace Lab.Agent;

/// <summary>Puts the agent together and runs its two loops: reconciling, and the link.</summary>
public sealed class AgentHost(AgentOptions options, CommandRunner commands, TimeProvider time, Random random, ILoggerFactory logs)
{
    /// <summary>PCI functions that a DPU can hot-plug (BlueField-2: 16; the emulated host has as many root ports).</summary>
    public const int FunctionsMax = 16;

    /// <param name="oneTimeToken">For the enrolment; null or empty when none was given.</param>
    /// <exception cref="EnrolmentException">There is no certificate and no way to get one.</exception>
    public async Task RunAsync(string? oneTimeToken, CancellationToken token)
    {
        var identity = new AgentIdentity(options.StateDirectory, time);
        var enroller = new Enroller(options.Link, identity, time, random, logs.CreateLogger<Enroller>());
        using var certificate = await enroller.GetCertificateAsync(oneTimeToken, token);

        await using var snap = new SnapClient(options.SpdkSocket, new KeyFiles(options.StateDirectory), time);
        await using var virtnet = new VirtnetClient(options.VirtnetSocket, time);
        using var redfish = new RedfishClient(options.Bmc, new BootstrapClient(options.IpmiSocket, time), time);
        var bmc = new HostBmc(redfish, time);
        var devices = new AgentDevices(snap, virtnet, new OpenVSwitch(commands, options.Network), bmc,
            new ConfigDriveFiles(commands, options.RunDirectory));
        using var board = new StatusBoard(time);
        var desired = new DesiredState(new FenceFile(options.StateDirectory));
        var observer = new Observer(snap, virtnet, devices.Network, bmc, logs.CreateLogger<Observer>());
        using var reconciler = new Reconciler(observer, devices, desired, board, time, random, logs.CreateLogger<Reconciler>());
        var methods = new LinkMethodTable(reconciler, bmc, new ResetRequests(bmc, desired), logs.CreateLogger<LinkMethodTable>());
        var link = new ManagerLink(options.Link, certificate, methods, board, time, random, logs.CreateLogger<ManagerLink>());

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        var reconciling = reconciler.RunAsync(stop.Token);
        var linking = link.RunAsync(t => RegistrationAsync(reconciler, bmc, t), stop.Token);
        try
        {
            await await Task.WhenAny(reconciling, linking);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(reconciling, linking).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task<NodeRegistration> RegistrationAsync(Reconciler reconciler, HostBmc bmc, CancellationToken token)
    {
        await reconciler.FirstObservation.WaitAsync(token);
        var system = await bmc.GetSystemAsync(token);
        var dpu = reconciler.Last!.Dpu;
        return new NodeRegistration
        {
            Serial = options.Link.Serial,
            AgentVersion = typeof(AgentHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
            StorageAddress = options.StorageAddress.ToString(),
            // NVMe base 2.0 §4.7: the form made of a UUID.
            HostNqn = $"nqn.2014-08.org.nvmexpress:uuid:{system.Uuid:D}",
            TunnelAddress = options.Network.TunnelAddress.ToString(),
            Inventory = new NodeInventory
            {
                SystemUuid = system.Uuid,
                Vcpus = system.Vcpus,
                MemoryMiB = system.MemoryMiB,
                FunctionsMax = Math.Max(0, FunctionsMax - dpu.Controllers.Count - dpu.Nics.Count),
                Manufacturer = system.Manufacturer,
                Model = system.Model,
            },
        };
    }
}
