using System.CommandLine;
using Lab.Harness.Consoles;
using Lab.Harness.Launch;
using Lab.Harness.Services;

namespace Lab.Cli.Commands;

/// <summary><c>lab console NODE</c>: the host's serial console, through its BMC.</summary>
internal static class ConsoleCommand
{
    /// <summary>Ctrl-], as telnet and virsh have it.</summary>
    private const char Escape = '\x1d';

    public static Command Create()
    {
        var node = new Argument<string>("node") { Description = "Name of the node" };
        var command = new Command("console", "Connects this terminal to a node's serial console, through its BMC. Ctrl-] leaves. Example: lab console bm0") { node };
        command.SetAction(async (parsed, token) =>
        {
            var paths = CommonOptions.OnlyTestbed();
            var nodes = paths.Nodes();
            var name = parsed.GetValue(node)!;
            var index = nodes.ToList().IndexOf(name);
            if (index < 0)
                throw new UsageException($"{paths.Testbed} has no node {name}; there are {string.Join(", ", nodes)}");
            var secrets = TestbedSecrets.Read(
                new RunitService(paths.Service("manager"), paths.LogOf("manager")),
                new RunitService(paths.Service(name + "-bmc"), paths.LogOf(name + "-bmc")));
            using var network = Lab.Interop.Linux.NetworkNamespace.Open(paths.NetworkNamespacePath);
            await using var console = await NodeConsole.ConnectAsync(network, AddressPlan.Node(index).Bmc, paths.Node(name), secrets, TimeProvider.System, token);
            await JoinAsync(console.Console, parsed.InvocationConfiguration.Output, token);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task JoinAsync(SerialConsole console, TextWriter output, CancellationToken token)
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(token);
        var typing = Task.Run(async () =>
        {
            while (!left.IsCancellationRequested)
            {
                var key = Console.IsInputRedirected ? Console.In.Read() : Console.ReadKey(intercept: true).KeyChar;
                if (key is < 0 or Escape)
                    break;
                await console.WriteAsync(((char)key).ToString(), left.Token);
            }
            await left.CancelAsync();
        }, left.Token);
        var position = 0;
        while (!left.IsCancellationRequested)
        {
            var said = console.Text(position);
            position += said.Length;
            await output.WriteAsync(said);
            await output.FlushAsync(CancellationToken.None);
            try
            {
                await console.WaitForMoreAsync(position, left.Token);
            }
            catch (OperationCanceledException) when (!token.IsCancellationRequested)
            {
                // Left by the escape key or the end of the input.
            }
        }
        if (typing.IsFaulted)
            await typing;
    }
}
