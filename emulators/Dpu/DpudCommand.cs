using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Dpu;

/// <summary>The program's command line.</summary>
internal static class DpudCommand
{
    private const int Ok = 0;
    private const int Infrastructure = 3;
    private const int SerialLengthMax = 32;

    private static readonly Option<string> RpcSocket = new("--rpc-socket")
    {
        Description = "Unix socket that serves SPDK's and SNAP-4's JSON-RPC",
        DefaultValueFactory = _ => "/var/tmp/spdk.sock",
    };

    private static readonly Option<string> VirtnetSocket = new("--virtnet-socket")
    {
        Description = "Unix socket that serves virtnet's hotplug, unplug, list and query",
        DefaultValueFactory = _ => "/run/dpu/virtnet.sock",
    };

    private static readonly Option<string> PcieSocket = new("--pcie-socket")
    {
        Description = "Unix socket of the host's PCIe service",
        DefaultValueFactory = _ => "/run/pcie/pcie.sock",
    };

    private static readonly Option<string> VhostDirectory = new("--vhost-dir")
    {
        Description = "Directory for the vhost-user-blk sockets that the host connects to",
        DefaultValueFactory = _ => "/run/vhost",
    };

    private static readonly Option<string> StateDirectory = new("--state-dir")
    {
        Description = "Directory that keeps functions, controllers and bdevs across restarts",
        DefaultValueFactory = _ => "/var/lib/dpud",
    };

    private static readonly Option<string> QemuStorageDaemon = new("--qemu-storage-daemon")
    {
        Description = "Program that carries the data path",
        DefaultValueFactory = _ => "qemu-storage-daemon",
    };

    private static readonly Option<string> BoardSerial = new("--board-serial")
    {
        Description = "Serial number of the board, letters, digits and hyphens; VUIDs begin with it",
        Required = true,
    };

    public static RootCommand Create()
    {
        BoardSerial.Validators.Add(result =>
        {
            var serial = result.GetValueOrDefault<string>() ?? "";
            if (serial.Length is 0 or > SerialLengthMax || !serial.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
                result.AddError($"--board-serial takes 1 to {SerialLengthMax} letters, digits and hyphens");
        });
        var command = new RootCommand("dpud: an emulated DPU's firmware. Serves JSON-RPC, shows virtio functions to its host.")
        {
            RpcSocket, VirtnetSocket, PcieSocket, VhostDirectory, StateDirectory, QemuStorageDaemon, BoardSerial,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken token)
    {
        using var loggers = LoggerFactory.Create(builder => builder.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
        }));
        try
        {
            await Dpud.RunAsync(ReadOptions(parsed), TimeProvider.System, loggers, token);
            return Ok;
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return Ok;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or DpuException or TimeoutException)
        {
            await Console.Error.WriteLineAsync("dpud: " + e.Message);
            return Infrastructure;
        }
    }

    private static DpudOptions ReadOptions(ParseResult parsed) => new()
    {
        RpcSocket = Path.GetFullPath(parsed.GetRequiredValue(RpcSocket)),
        VirtnetSocket = Path.GetFullPath(parsed.GetRequiredValue(VirtnetSocket)),
        PcieSocket = Path.GetFullPath(parsed.GetRequiredValue(PcieSocket)),
        VhostDirectory = Path.GetFullPath(parsed.GetRequiredValue(VhostDirectory)),
        StateDirectory = Path.GetFullPath(parsed.GetRequiredValue(StateDirectory)),
        QemuStorageDaemon = parsed.GetRequiredValue(QemuStorageDaemon),
        BoardSerial = parsed.GetRequiredValue(BoardSerial),
    };
}
