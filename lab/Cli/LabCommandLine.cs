using System.CommandLine;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using Lab.Cli.Commands;
using Lab.Contracts.Runs;
using Lab.Harness;
using Lab.Interop.Docker;
using Lab.Yaml;

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
            AbCommand.Create(),
            BisectCommand.Create(),
            CalibrateCommand.Create(),
            GateCommand.Create(),
            TrendCommand.Create(),
            QualifyCommand.Create(),
            ImportCommand.Create(),
            RunsCommand.Create(),
            ServeCommand.Create(),
            ExportCommand.Create(),
            SelfTestCommand.Create(),
            EmulateCommand.Create(),
            ConsoleCommand.Create(),
            LogsCommand.Create(),
            DownCommand.CreateClean(),
        };

    /// <summary>Parses and runs a command line. SIGINT and SIGTERM cancel the command's token, a second one ends the program.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> InvokeAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancel = default)
    {
        var parsed = Create().Parse(args);
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            // System.CommandLine's own handling ends the program after a while, cleaned up or not.
            ProcessTerminationTimeout = null,
        };
        using var interruption = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        try
        {
            var code = await parsed.InvokeAsync(configuration, interruption.Token);
            return parsed.Errors.Count > 0 ? ExitCodes.Usage : code;
        }
        catch (Exception exception) when (exception is UsageException or RunRecordException or YamlFileException)
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

        void Interrupt(PosixSignalContext context)
        {
            if (interruption.IsCancellationRequested)
                return;
            context.Cancel = true;
            error.WriteLine("lab: interrupted; cleaning up");
            interruption.Cancel();
        }
    }
}
