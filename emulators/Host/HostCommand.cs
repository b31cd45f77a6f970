using System.CommandLine;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Lab.Emulators.Host.Definition;
using Lab.Emulators.Host.Pcie;
using Microsoft.Extensions.Hosting;

namespace Lab.Emulators.Host;

/// <summary>The command line of the host emulator. Exit codes: 0 ended by a signal, 2 usage, 3 infrastructure.</summary>
internal static class HostCommand
{
    internal const int UsageError = 2;
    private const int InfrastructureError = 3;
    private const int VcpusMax = 64;
    private const int MemoryMinMiB = 256;
    private const int MemoryMaxMiB = 1024 * 1024;

    internal static RootCommand Create()
    {
        var libvirt = new Option<string>("--libvirt") { Description = "libvirt URI of the daemon that runs the host", Required = true };
        var name = new Option<string>("--name") { Description = "name of the libvirt domain", Required = true };
        var uuid = new Option<Guid?>("--uuid") { Description = "SMBIOS UUID (default: made from the name)" };
        var vcpus = new Option<int>("--vcpus") { Description = "virtual CPUs", DefaultValueFactory = _ => 1 };
        var memory = new Option<int>("--memory-mib") { Description = "memory in MiB", DefaultValueFactory = _ => 512 };
        var accelerator = new Option<Accelerator>("--accel") { Description = "tcg or kvm", DefaultValueFactory = _ => Accelerator.Tcg };
        var pcie = new Option<string>("--pcie-socket") { Description = "Unix socket on which to serve the PCIe service", Required = true };
        var vhost = new Option<string>("--vhost-dir") { Description = "directory of the vhost-user sockets", Required = true };
        var console = new Option<string?>("--console-socket") { Description = "Unix socket the serial port connects to" };
        var state = new Option<string>("--state-dir") { Description = "directory of the host's own files", Required = true };
        var nvram = new Option<string?>("--nvram") { Description = "file of the UEFI variables (default: in the state directory)" };
        var command = new RootCommand("An emulated diskless server: a libvirt domain and the PCIe service that plugs functions into it")
        {
            libvirt, name, uuid, vcpus, memory, accelerator, pcie, vhost, console, state, nvram,
        };
        command.SetAction(async (parsed, token) =>
        {
            var hostName = parsed.GetValue(name)!;
            var options = new HostOptions
            {
                LibvirtUri = parsed.GetValue(libvirt)!,
                PcieSocket = Path.GetFullPath(parsed.GetValue(pcie)!),
                VhostDirectory = Path.GetFullPath(parsed.GetValue(vhost)!),
                Definition = new HostDefinition
                {
                    Name = hostName,
                    Uuid = parsed.GetValue(uuid) ?? UuidFrom(hostName),
                    Vcpus = parsed.GetValue(vcpus),
                    MemoryMiB = parsed.GetValue(memory),
                    Accelerator = parsed.GetValue(accelerator),
                    ConsoleSocket = parsed.GetValue(console) is { } socket ? Path.GetFullPath(socket) : null,
                    NvramFile = Path.GetFullPath(parsed.GetValue(nvram) ?? Path.Combine(parsed.GetValue(state)!, hostName + "-vars.fd")),
                },
            };
            if (Problem(options) is { } problem)
                return await FailAsync(UsageError, problem);
            return await RunAsync(options, parsed.GetValue(state)!, token);
        });
        return command;
    }

    private static async Task<int> RunAsync(HostOptions options, string stateDirectory, CancellationToken token)
    {
        var firmware = options.Definition.Firmware;
        foreach (var file in new[] { firmware.CodeFile, firmware.VariablesTemplate })
            if (!File.Exists(file))
                return await FailAsync(InfrastructureError, $"{file} is missing: install the package ovmf");
        try
        {
            Directory.CreateDirectory(stateDirectory);
            using var host = HostEmulator.Build(options);
            await host.RunAsync(token);
            return 0;
        }
        catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException or DllNotFoundException)
        {
            return await FailAsync(InfrastructureError, e.Message);
        }
    }

    private static string? Problem(HostOptions options)
    {
        var definition = options.Definition;
        if (!PcieLimits.IsSocketName(definition.Name))
            return "--name must be of A-Z a-z 0-9 . _ -";
        if (definition.Vcpus is < 1 or > VcpusMax)
            return $"--vcpus must be 1 to {VcpusMax}";
        if (definition.MemoryMiB is < MemoryMinMiB or > MemoryMaxMiB)
            return $"--memory-mib must be {MemoryMinMiB} to {MemoryMaxMiB}";
        return Encoding.UTF8.GetByteCount(options.PcieSocket) > PcieLimits.SocketPathMax
            ? $"--pcie-socket is longer than {PcieLimits.SocketPathMax} bytes"
            : null;
    }

    /// <summary>The same name gives the same UUID on every start (RFC 9562 §5.8).</summary>
    private static Guid UuidFrom(string name)
    {
        Span<byte> bytes = SHA256.HashData(Encoding.UTF8.GetBytes("lab-host:" + name)).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    private static async Task<int> FailAsync(int code, string message)
    {
        await Console.Error.WriteLineAsync(message);
        return code;
    }
}
