using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Lab.Emulators.Storage.Faults;
using Lab.Emulators.Storage.NvmeTcp;
using Lab.Emulators.Storage.Store;

namespace Lab.Emulators.Storage.Commands;

/// <summary>A target with volumes of given names by itself, for those who use nothing else of the lab.</summary>
public static class EmulateStorageCommand
{
    private const int ExitOk = 0;
    private const int ExitUsage = 2;
    private const int ExitInfrastructure = 3;
    private const string SecretVariable = "NVME_DHCHAP_SECRET";

    private const string Description =
        "Storage target: each volume is an NBD export and an NVMe/TCP subsystem of its name, on a pool of sparse files.\n"
        + $"NVMe hosts have to authenticate themselves when {SecretVariable} holds a DH-HMAC-CHAP secret (DHHC-1:...).\n\n";

    private static readonly Option<DirectoryInfo> Pool = new("--pool") { Description = "Directory that keeps the volumes.", Required = true };

    private static readonly Option<NamedVolume[]> Volumes = new("--volume")
    {
        Description = "Name and size of a volume, for example v0:1GiB; may be repeated. One that is there already is kept, and grown if it is smaller.",
        HelpName = "name:size",
        Required = true,
        CustomParser = result => [.. result.Tokens.Select(token => ParseVolume(result, token.Value)).OfType<NamedVolume>()],
    };

    private static readonly Option<IPEndPoint[]> Nvme = StorageArguments.NvmeTcp();

    private static readonly Option<IPEndPoint?> Nbd = new("--nbd")
    {
        Description = "Address and port of NBD.",
        HelpName = "ip:port",
        CustomParser = StorageArguments.ParseEndPoint,
    };

    private static readonly Option<IPEndPoint> Rest = new("--rest")
    {
        Description = "Address and port of the management, on loopback: volumes, exports, NVMe ports, faults (default: a free port).",
        HelpName = "ip:port",
        DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, 0),
        CustomParser = StorageArguments.ParseEndPoint,
    };

    private static readonly Option<string[]> Clients = new("--client")
    {
        Description = "IP address that NBD clients may come from; may be repeated.",
        DefaultValueFactory = _ => ["127.0.0.1"],
    };

    private static readonly Option<string[]> Hosts = new("--host-nqn")
    {
        Description = "NQN of an NVMe host that may connect; may be repeated (default: any).",
        DefaultValueFactory = _ => [AllowedHost.AnyNqn],
    };

    private static readonly Option<LimitArgument[]> Limits = new("--limit")
    {
        Description = $"Limits of a volume, all its clients together: {LimitArgument.Keys}, each per second, for example v0:iops=1000,bandwidth=50MiB; "
            + "may be repeated for other volumes. Changed later at /v1/volumes/ID/limits of the management.",
        HelpName = "name:limit=value,...",
        DefaultValueFactory = _ => [],
        CustomParser = result => [.. result.Tokens.Select(token => ParseLimit(result, token.Value)).OfType<LimitArgument>()],
    };

    private static readonly Option<int> BlockBytes = StorageArguments.BlockBytes();

    private static readonly Option<IReadOnlyList<FaultRule>> Faults = StorageArguments.Faults();

    public static Command CreateSubcommand(string example)
    {
        var command = new Command("storage", $"{Description}Example: {example}") { Pool, Volumes, Nvme, Nbd, Rest, Clients, Hosts, Limits, BlockBytes, Faults };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Nvme) is not { Length: > 0 } && result.GetValue(Nbd) is null)
                result.AddError("nothing is served: give --nvme-tcp, --nbd or both");
            if (result.GetValue(Rest) is { } rest && !IPAddress.IsLoopback(rest.Address))
                result.AddError("--rest must be a loopback address: it asks for no login");
        });
        command.SetAction(ServeAsync);
        return command;
    }

    private static async Task<int> ServeAsync(ParseResult parsed, CancellationToken token)
    {
        var output = parsed.InvocationConfiguration.Output;
        if (WrongLimit(parsed.GetValue(Limits)!, parsed.GetValue(Volumes)!) is { } wrong)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(wrong);
            return ExitUsage;
        }
        var options = new StorageTargetOptions
        {
            Pool = new PoolOptions(parsed.GetRequiredValue(Pool).FullName, null),
            Rest = parsed.GetRequiredValue(Rest),
            Nbd = parsed.GetValue(Nbd),
            Nvme = StorageArguments.FrontAt(parsed.GetValue(Nvme), parsed.GetValue(BlockBytes)),
            Faults = parsed.GetValue(Faults)!,
        };
        try
        {
            var secret = Environment.GetEnvironmentVariable(SecretVariable);
            AllowedHost[] hosts = [.. parsed.GetValue(Hosts)!.Select(nqn => new AllowedHost(nqn, string.IsNullOrEmpty(secret) ? null : secret))];
            await using var target = await StorageTarget.StartAsync(options, TimeProvider.System, LogLevel.Information, token);
            foreach (var volume in parsed.GetValue(Volumes)!)
            {
                var limits = parsed.GetValue(Limits)!.FirstOrDefault(limit => limit.Volume == volume.Name)?.Limits ?? VolumeLimits.None;
                Show(target.Store, volume, parsed.GetValue(Clients)!, options.Nvme is null ? [] : hosts, limits);
                await output.WriteLineAsync(string.Join(' ', Urls(target, volume.Name).Prepend($"volume {volume.Name}")));
            }
            await output.WriteLineAsync($"management http://{target.RestEndPoint}/v1; Ctrl-C ends it");
            var ended = new TaskCompletionSource();
            await using var registration = token.Register(() => ended.TrySetResult());
            await ended.Task;
            return ExitOk;
        }
        catch (StoreException refused) when (refused.Error == StoreError.Invalid)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(refused.Message);
            return ExitUsage;
        }
        catch (Exception failure) when (failure is StoreException or IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(failure.Message);
            return ExitInfrastructure;
        }
    }

    /// <summary>What is wrong with limits and volumes taken together; null when nothing is.</summary>
    private static string? WrongLimit(LimitArgument[] limits, NamedVolume[] volumes)
    {
        if (limits.FirstOrDefault(limit => volumes.All(volume => volume.Name != limit.Volume)) is { } stray)
            return $"--limit is for \"{stray.Volume}\", and --volume names no volume \"{stray.Volume}\"";
        return limits.DistinctBy(limit => limit.Volume).Count() < limits.Length ? "--limit is given twice for a volume" : null;
    }

    private static IEnumerable<string> Urls(StorageTarget target, string name)
    {
        if (target.NbdEndPoint is { } nbd)
            yield return $"nbd://{nbd}/{name}";
        foreach (var path in target.NvmeEndPoints)
            yield return $"nvme-tcp://{path}/{NvmeSubsystems.NqnOf(name)}";
    }

    private static void Show(VolumeStore store, NamedVolume volume, string[] clients, AllowedHost[] hosts, VolumeLimits limits)
    {
        // The same name is the same volume in every run.
        var id = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(volume.Name)).AsSpan(0, 16));
        var known = store.ListVolumes().FirstOrDefault(one => one.Record.Id == id);
        if (known is null)
            store.CreateVolume(id, volume.SizeBytes, null);
        else if (known.Record.SizeBytes != volume.SizeBytes)
            store.ResizeVolume(id, volume.SizeBytes);
        if (store.ListExports().Any(export => export.Id == volume.Name))
            store.DeleteExport(volume.Name);
        store.CreateExport(volume.Name, id, clients, readOnly: false, hosts, limits);
    }

    private static NamedVolume? ParseVolume(ArgumentResult argument, string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon > 0 && ByteSize.TryParse(text[(colon + 1)..], out var bytes))
            return new NamedVolume(text[..colon], bytes);
        argument.AddError($"\"{text}\" is no name:size; a size is a count of bytes, or of KiB, MiB, GiB, TiB");
        return null;
    }

    private static LimitArgument? ParseLimit(ArgumentResult argument, string text)
    {
        if (LimitArgument.TryParse(text, out var limit, out var error))
            return limit;
        argument.AddError(error);
        return null;
    }

    private sealed record NamedVolume(string Name, long SizeBytes);
}
