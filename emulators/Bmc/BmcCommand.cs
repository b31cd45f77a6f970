using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Lab.Emulators.Bmc.Faults;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Lab.Emulators.Bmc;

/// <summary>The command line of the BMC. Exit codes: 0 ended by a signal or Manager.Reset, 2 usage, 3 infrastructure.</summary>
public static partial class BmcCommand
{
    internal const int UsageError = 2;
    private const int InfrastructureError = 3;
    private const int SocketPathMax = 107;
    private const int MadePasswordLength = 16;
    private const string UserVariable = "BMC_USER";
    private const string PasswordVariable = "BMC_PASSWORD";
    private const string DefaultUser = "admin";

    private const string Description =
        "Emulated BMCs: Redfish, IPMI 2.0 and serial console, over a libvirt domain, a simulated machine or a program of yours.\n"
        + $"Name and password of the administrator come from {UserVariable} and {PasswordVariable}; else they are made up and printed once.\n\n";

    /// <summary>The command line of the program of its own.</summary>
    internal static RootCommand Create() =>
        Configure(new RootCommand(Description + "Example: Lab.Emulators.Bmc --redfish 127.0.0.1:8443 --ipmi 127.0.0.1:6230 --host libvirt:bm0"));

    /// <summary>The same as a command of another program.</summary>
    public static Command CreateSubcommand(string example) => Configure(new Command("bmc", $"{Description}Example: {example}"));

    private static T Configure<T>(T command)
        where T : Command
    {
        var options = new BmcCommandOptions();
        foreach (var option in options.All)
            command.Add(option);
        command.SetAction(async (parsed, token) =>
        {
            IReadOnlyList<BmcOptions> fleet;
            FaultOptions faults;
            try
            {
                var (user, password, isMadeUp) = Credentials();
                fleet = options.Read(parsed, user, password);
                faults = options.ReadFaults(parsed);
                foreach (var path in fleet.SelectMany(one => new[] { (one.Host as LibvirtHost)?.ConsoleSocket, one.IpmiSocket }))
                    if (path is not null && Encoding.UTF8.GetByteCount(path) > SocketPathMax)
                        throw new ArgumentException($"a socket's path is longer than {SocketPathMax} bytes: {path}");
                if (isMadeUp)
                    await parsed.InvocationConfiguration.Output.WriteLineAsync($"user {user} password {password}");
            }
            catch (Exception e) when (e is ArgumentException or InvalidDataException)
            {
                return await FailAsync(UsageError, e.Message);
            }
            return await RunAsync(fleet, faults, token);
        });
        return command;
    }

    private static (string User, string Password, bool IsMadeUp) Credentials()
    {
        var user = Environment.GetEnvironmentVariable(UserVariable);
        var password = Environment.GetEnvironmentVariable(PasswordVariable);
        if (!string.IsNullOrEmpty(user) && !string.IsNullOrEmpty(password))
            return (user, password, false);
        if (!string.IsNullOrEmpty(user) || !string.IsNullOrEmpty(password))
            throw new ArgumentException($"{UserVariable} and {PasswordVariable} go together: one of them is not set");
        const string Alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        return (DefaultUser, RandomNumberGenerator.GetString(Alphabet, MadePasswordLength), true);
    }

    private static async Task<int> RunAsync(IReadOnlyList<BmcOptions> fleet, FaultOptions faults, CancellationToken token)
    {
        try
        {
            await using var app = BmcEmulator.Build(fleet, faults);
            await app.StartAsync(token);
            var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
            const int ListedMax = 16;
            foreach (var address in addresses.Take(ListedMax))
                LogListening(app.Logger, address);
            if (addresses.Count > ListedMax)
                LogMore(app.Logger, addresses.Count - ListedMax);
            await app.WaitForShutdownAsync(token);
            return 0;
        }
        catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException or InvalidDataException or DllNotFoundException)
        {
            return await FailAsync(InfrastructureError, e.Message);
        }
    }

    private static async Task<int> FailAsync(int code, string message)
    {
        await global::System.Console.Error.WriteLineAsync(message);
        return code;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Redfish listens on {Address}")]
    private static partial void LogListening(ILogger log, string address);

    [LoggerMessage(Level = LogLevel.Information, Message = "and on {Count} more")]
    private static partial void LogMore(ILogger log, int count);
}
