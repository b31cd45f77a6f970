using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Net.Sockets;
using Lab.Agent.Link;
using Lab.Agent.Network;
using Lab.Agent.Telemetry;
using Microsoft.Extensions.Logging;

namespace Lab.Agent;

/// <summary>The command line: binds and checks options, then runs <see cref="AgentHost"/> and turns its end into an exit code.</summary>
internal static class AgentCommand
{
    private const int Ok = 0;
    private const int Infrastructure = 3;

    /// <summary>Longest serial number: the common name of a certificate (RFC 5280, ub-common-name).</summary>
    private const int SerialMax = 64;

    private static readonly Option<Uri> Manager = new("--manager")
    {
        Description = "address of the manager's agent link, https://HOST:PORT",
        Required = true,
        CustomParser = r => HttpsAddress(r),
    };

    private static readonly Option<ServerTrust> Ca = new("--ca")
    {
        Description = "how the manager is trusted: a PEM file of its authority, or sha256:HEX of its certificate",
        Required = true,
        CustomParser = r =>
        {
            var (trust, error) = ServerTrust.Read(r.Tokens[0].Value);
            if (error is not null)
                r.AddError("--ca: " + error);
            return trust;
        },
    };

    private static readonly Option<string> Serial = new("--serial") { Description = "board serial number of the DPU", Required = true };
    private static readonly Option<string> SpdkSocket =
        new("--spdk-socket") { Description = "Unix socket of SPDK/SNAP", DefaultValueFactory = _ => "/run/dpu/spdk.sock" };
    private static readonly Option<string> VirtnetSocket =
        new("--virtnet-socket") { Description = "Unix socket of the virtio-net controller", DefaultValueFactory = _ => "/run/dpu/virtnet.sock" };
    private static readonly Option<string> IpmiSocket =
        new("--ipmi-socket") { Description = "Unix socket of the BMC's system interface", DefaultValueFactory = _ => "/run/bmc/ipmi.sock" };

    private static readonly Option<Uri> Bmc = new("--bmc")
    {
        Description = "the BMC's Redfish service on the sideband, https://ADDRESS",
        Required = true,
        CustomParser = r => HttpsAddress(r),
    };

    private static readonly Option<string> StateDirectory =
        new("--state-dir") { Description = "directory of the agent's key, certificate and generation", DefaultValueFactory = _ => "/var/lib/bm-agent" };
    private static readonly Option<string> RunDirectory =
        new("--run-dir") { Description = "directory of config drives", DefaultValueFactory = _ => "/run/bm-agent" };

    private static readonly Option<IPAddress> StorageAddress = new("--storage-address")
    {
        Description = "IPv4 address from which the DPU connects to storage targets",
        Required = true,
        CustomParser = r => Ipv4(r, r.Tokens[0].Value),
    };

    private static readonly Option<IPNetworkAddress> TunnelAddress = new("--tunnel-address")
    {
        Description = "VXLAN endpoint of the DPU on the fabric, IPV4/PREFIX",
        Required = true,
        CustomParser = Tunnel,
    };

    private static readonly Option<string> Uplink = new("--uplink") { Description = "network device of the uplink", DefaultValueFactory = _ => "p0" };

    /// <summary>IPv4 address with the length of its subnet's prefix.</summary>
    private sealed record IPNetworkAddress(IPAddress Address, int Prefix);

    public static RootCommand Create()
    {
        Serial.Validators.Add(r =>
        {
            var serial = r.GetValueOrDefault<string>() ?? "";
            if (serial.Length is 0 or > SerialMax || !serial.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
                r.AddError($"--serial: 1 to {SerialMax} letters, digits, '-', '_' or '.'");
        });
        Uplink.Validators.Add(r =>
        {
            var device = r.GetValueOrDefault<string>() ?? "";
            if (device.Length is 0 or > 15 || !char.IsAsciiLetter(device[0]) || !device.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
                r.AddError("--uplink: no name of a network device");
        });
        var command = new RootCommand(
            $"BM agent of a DPU: presents what the manager's spec says. A one-time enrolment token is taken from {Enroller.TokenVariable}.")
        {
            Manager, Ca, Serial, SpdkSocket, VirtnetSocket, IpmiSocket, Bmc, StateDirectory, RunDirectory, StorageAddress, TunnelAddress, Uplink,
        };
        command.SetAction(async (result, token) =>
        {
            var address = result.GetRequiredValue(TunnelAddress);
            var serial = result.GetRequiredValue(Serial);
            return await RunAsync(new AgentOptions
            {
                Link = new ManagerLinkOptions(result.GetRequiredValue(Manager), result.GetRequiredValue(Ca), serial),
                Network = new NetworkOptions
                {
                    Uplink = result.GetRequiredValue(Uplink),
                    TunnelAddress = address.Address,
                    TunnelPrefix = address.Prefix,
                    Serial = serial,
                },
                SpdkSocket = result.GetRequiredValue(SpdkSocket),
                VirtnetSocket = result.GetRequiredValue(VirtnetSocket),
                IpmiSocket = result.GetRequiredValue(IpmiSocket),
                Bmc = result.GetRequiredValue(Bmc),
                StateDirectory = result.GetRequiredValue(StateDirectory),
                RunDirectory = result.GetRequiredValue(RunDirectory),
                StorageAddress = result.GetRequiredValue(StorageAddress),
            }, token);
        });
        return command;
    }

    private static async Task<int> RunAsync(AgentOptions options, CancellationToken token)
    {
        using var logs = LoggerFactory.Create(builder => builder.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
            console.UseUtcTimestamp = true;
        }));
        using var telemetry = AgentTelemetry.Start(options.Link.Serial);
        var oneTimeToken = Environment.GetEnvironmentVariable(Enroller.TokenVariable);
        // The programs that the agent starts have no use for it.
        Environment.SetEnvironmentVariable(Enroller.TokenVariable, null);
        try
        {
            var random = new Random(Environment.ProcessId);
            await new AgentHost(options, new CommandRunner(TimeProvider.System), TimeProvider.System, random, logs).RunAsync(oneTimeToken, token);
            return Ok;
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return Ok;
        }
        catch (Exception e) when (e is EnrolmentException or IOException or UnauthorizedAccessException)
        {
            logs.CreateLogger<AgentHost>().Fatal(e.Message);
            return Infrastructure;
        }
    }

    private static Uri? HttpsAddress(ArgumentResult result)
    {
        if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps)
            return uri;
        result.AddError($"{result.Tokens[0].Value} is no https:// address");
        return null;
    }

    private static IPAddress? Ipv4(ArgumentResult result, string text)
    {
        if (IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text)
            return address;
        result.AddError($"{text} is no IPv4 address");
        return null;
    }

    private static IPNetworkAddress? Tunnel(ArgumentResult result)
    {
        var parts = result.Tokens[0].Value.Split('/');
        if (parts.Length == 2 && int.TryParse(parts[1], out var prefix) && prefix is > 0 and <= 32 && Ipv4(result, parts[0]) is { } address)
            return new IPNetworkAddress(address, prefix);
        result.AddError("--tunnel-address: IPV4/PREFIX");
        return null;
    }
}
