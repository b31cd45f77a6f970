using System.CommandLine;
using System.Text.Json.Nodes;
using Lab.Harness.Launch;
using Lab.Harness.Testbeds;
using Spectre.Console;

namespace Lab.Cli.Commands;

/// <summary><c>lab up [testbed.yaml]</c>: raises a testbed and leaves it running.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("testbed") { Description = "Testbed file", DefaultValueFactory = _ => CommonOptions.DefaultTestbedPath };
        var json = CommonOptions.Json();
        var command = new Command("up", "Raises a testbed and leaves it running; what an earlier one of that name left is removed first. Example: lab up my-testbed.yaml") { file, json };
        command.SetAction((parsed, token) => RunAsync(parsed.GetValue(file)!, parsed.GetValue(json), parsed.InvocationConfiguration.Output, token));
        return command;
    }

    private static async Task<int> RunAsync(string file, bool json, TextWriter output, CancellationToken token)
    {
        var testbed = TestbedFile.Load(file);
        var console = json ? CommonOptions.ConsoleOn(TextWriter.Null) : CommonOptions.ConsoleOn(output);
        var steps = new StepPrinter(console);
        var running = await new TestbedLauncher(testbed, steps, TimeProvider.System).LaunchAsync(traced: false, token);
        await running.DetachAsync();
        if (json)
        {
            await output.WriteLineAsync(new JsonObject
            {
                ["testbed"] = testbed.Name,
                ["identity"] = ControlPlane.Identity.ToString(),
                ["authority"] = running.Plane.ManagerAuthority,
                ["networkNamespace"] = running.Paths.NetworkNamespace,
            }.ToJsonString(CommonOptions.Indented));
            return ExitCodes.Ok;
        }
        // Not through the console, which breaks lines: these are to be copied.
        await output.WriteLineAsync();
        await output.WriteLineAsync($"{testbed.Name} is up. To use it as its admin:");
        await output.WriteLineAsync($"  export OS_AUTH_URL={ControlPlane.Identity} OS_CACERT={running.Plane.ManagerAuthority}");
        await output.WriteLineAsync("  export OS_USERNAME=admin OS_PROJECT_NAME=admin OS_USER_DOMAIN_ID=default OS_PROJECT_DOMAIN_ID=default");
        await output.WriteLineAsync(Environment.GetEnvironmentVariable("OS_PASSWORD") is { Length: > 0 }
            ? "  (the password is the OS_PASSWORD of your environment)"
            : $"  export OS_PASSWORD={running.Secrets.AdminPassword}     # made up, told once");
        await output.WriteLineAsync($"  ip netns exec {running.Paths.NetworkNamespace} openstack server list");
        return ExitCodes.Ok;
    }

    /// <summary>Prints each step when it is done.</summary>
    private sealed class StepPrinter(IAnsiConsole console) : IProgress<LaunchStep>
    {
        public void Report(LaunchStep value)
        {
            if (value.Took is not null)
                console.WriteLine("  " + value);
        }
    }
}
