using System.CommandLine;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using Lab.Cli.Commands;
using Lab.Contracts.Runs;
using Lab.Harness;
using Lab.Harness.Testbeds;
using Lab.Interop.Docker;

namespace Lab.Cli;

/// <summary>The <c>lab</c> program: its commands, and exceptions turned into exit codes in one place.</summary>
public static class LabCommandLine
{
    public static RootCommand Create() =>
        new("Raises testbeds of a DPU-based bare-metal cloud, measures them and reports.")
        {
            DoctorCommand.Create(),
            UpCommand.Create(),
            StatusCommand.Create(),
            DownCommand.Create(),
            RunCommand.Create(),
            RunCommand.CreateNightly(),
            ReportCommand.Create(),
            CompareCommand.Create(),
            ConsoleCommand.Create(),
            LogsCommand.Create(),
            DownCommand.CreateClean(),
        };

    /// <summary>How long an interrupted command may take to leave nothing behind, before it is ended.</summary>
    private static readonly TimeSpan CleanUpLimit = TimeSpan.FromMinutes(3);

    /// <summary>Parses and runs a command line. SIGINT and SIGTERM cancel the command's token.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> InvokeAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancel = default)
    {
        var parsed = Create().Parse(args);
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = CleanUpLimit,
        };
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => error.WriteLine("lab: interrupted; cleaning up"));
        try
        {
            var code = await parsed.InvokeAsync(configuration, cancel);
            return parsed.Errors.Count > 0 ? ExitCodes.Usage : code;
        }
        catch (Exception exception) when (exception is UsageException or RunRecordException or TestbedFileException)
        {
            await error.WriteLineAsync($"lab: {exception.Message}");
            return ExitCodes.Usage;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("lab: interrupted");
            return ExitCodes.Infrastructure;
        }
        catch (Exception exception) when (exception is LabException or IOException or UnauthorizedAccessException or HttpRequestException or WebSocketException or DockerApiException)
        {
            await error.WriteLineAsync($"lab: {exception.Message}");
            return ExitCodes.Infrastructure;
        }
    }
}
