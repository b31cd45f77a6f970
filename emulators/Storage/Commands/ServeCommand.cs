using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Lab.Emulators.Storage.Faults;
using Lab.Emulators.Storage.Store;

namespace Lab.Emulators.Storage.Commands;

/// <summary>The program's only command: serve a pool until SIGTERM or SIGINT.</summary>
internal static class ServeCommand
{
    private const int ExitOk = 0;
    private const int ExitUsage = 2;
    private const int ExitInfrastructure = 3;

    private static readonly IPEndPoint NbdDefault = new(IPAddress.Loopback, 10809);

    private static readonly Option<IPEndPoint> Rest = new("--rest")
    {
        Description = "Address and port of the management (HTTPS; plain HTTP only on loopback, without the TLS files).",
        HelpName = "ip:port",
        DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, 8776),
        CustomParser = StorageArguments.ParseEndPoint,
    };

    private static readonly Option<IPEndPoint?> Nbd = new("--nbd")
    {
        Description = $"Address and port of the NBD front (default: {NbdDefault}, or no such front when --nvme-tcp is given).",
        HelpName = "ip:port",
        CustomParser = StorageArguments.ParseEndPoint,
    };

    private static readonly Option<IPEndPoint[]> Nvme = StorageArguments.NvmeTcp();

    private static readonly Option<int> BlockBytes = StorageArguments.BlockBytes();

    private static readonly Option<PoolOptions> Pool = new("--pool")
    {
        Description = "Directory that keeps the volumes, and how much data they may hold, for example /srv/pool:64GiB (default: the disk).",
        HelpName = "directory[:size]",
        Required = true,
        CustomParser = ParsePool,
    };

    private static readonly Option<string?> Advertise = new("--advertise")
    {
        Description = "The host:port in the URLs of exports (default: that of --nbd).",
        HelpName = "host:port",
    };

    private static readonly Option<FileInfo?> TlsCertificate = new("--tls-cert")
    {
        Description = "PEM file with the management's certificate, and its chain.",
        HelpName = "file",
    };

    private static readonly Option<FileInfo?> TlsKey = new("--tls-key") { Description = "PEM file with its key.", HelpName = "file" };

    private static readonly Option<FileInfo?> ClientAuthority = new("--client-ca")
    {
        Description = "PEM file with the authority of the clients that may manage.",
        HelpName = "file",
    };

    private static readonly Option<IReadOnlyList<FaultRule>> Faults = StorageArguments.Faults();

    private static readonly Option<LogLevel> Verbosity = new("--log-level")
    {
        Description = "Least level that is logged.",
        DefaultValueFactory = _ => LogLevel.Information,
    };

    public static async Task<int> RunAsync(string[] args)
    {
        var command = new RootCommand("Storage target: volumes as layers over sparse files, REST management, NBD and NVMe/TCP fronts.")
        {
            Pool, Rest, Nbd, Nvme, BlockBytes, Advertise, TlsCertificate, TlsKey, ClientAuthority, Faults, Verbosity,
        };
        command.SetAction(ServeAsync);
        var parsed = command.Parse(args);
        var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
        return parsed.Errors.Count > 0 ? ExitUsage : code;
    }

    private static async Task<int> ServeAsync(ParseResult parsed, CancellationToken token)
    {
        if (WrongTogether(parsed) is { } wrong)
        {
            await Console.Error.WriteLineAsync(wrong);
            return ExitUsage;
        }
        var nvme = StorageArguments.FrontAt(parsed.GetValue(Nvme), parsed.GetValue(BlockBytes));
        var options = new StorageTargetOptions
        {
            Pool = parsed.GetRequiredValue(Pool),
            Rest = parsed.GetRequiredValue(Rest),
            Nbd = parsed.GetValue(Nbd) ?? (nvme is null ? NbdDefault : null),
            Nvme = nvme,
            Advertise = parsed.GetValue(Advertise),
            Faults = parsed.GetValue(Faults)!,
            Tls = parsed.GetValue(TlsCertificate) is { } certificate
                ? new ManagementTlsFiles(certificate.FullName, parsed.GetValue(TlsKey)!.FullName, parsed.GetValue(ClientAuthority)!.FullName)
                : null,
        };
        var end = new TaskCompletionSource();
        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            end.TrySetResult();
        }
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        try
        {
            await using var target = await StorageTarget.StartAsync(options, TimeProvider.System, parsed.GetValue(Verbosity), token);
            await Console.Out.WriteLineAsync($"ready rest={target.RestEndPoint} nbd={target.NbdEndPoint?.ToString() ?? "none"} nvme={Join(target.NvmeEndPoints)}");
            await end.Task;
            return ExitOk;
        }
        catch (Exception failure) when (failure is StoreException or IOException or UnauthorizedAccessException or CryptographicException
            or System.Net.Sockets.SocketException)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return ExitInfrastructure;
        }
    }

    /// <summary>What is wrong with the options taken together; null when nothing is.</summary>
    private static string? WrongTogether(ParseResult parsed)
    {
        var given = new[] { TlsCertificate, TlsKey, ClientAuthority }.Count(option => parsed.GetValue(option) is not null);
        if (given is not (0 or 3))
            return "--tls-cert, --tls-key and --client-ca belong together";
        return given == 0 && !IPAddress.IsLoopback(parsed.GetRequiredValue(Rest).Address)
            ? "without --tls-cert, --tls-key and --client-ca, --rest must be a loopback address"
            : null;
    }

    private static string Join(IReadOnlyList<IPEndPoint> paths) => paths.Count == 0 ? "none" : string.Join(',', paths);

    private static PoolOptions? ParsePool(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        var colon = text.LastIndexOf(':');
        if (colon < 0)
            return new PoolOptions(Path.GetFullPath(text), null);
        if (colon > 0 && ByteSize.TryParse(text[(colon + 1)..], out var bytes))
            return new PoolOptions(Path.GetFullPath(text[..colon]), bytes);
        argument.AddError($"\"{text}\" is no directory[:size]; a size is a count of bytes, or of KiB, MiB, GiB, TiB");
        return null;
    }
}
