using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Ipmi.Testbed;

/// <summary>A program on a terminal of its own, made by script(1): consoles of serial over LAN run on nothing else.</summary>
internal sealed class Terminal : IAsyncDisposable
{
    private readonly TestDirectory directory;
    private readonly RunningProcess process;
    private readonly FileStream keyboard;

    private Terminal(TestDirectory directory, RunningProcess process, FileStream keyboard) =>
        (this.directory, this.process, this.keyboard) = (directory, process, keyboard);

    internal string Output => process.Output;

    internal static async Task<Terminal> StartAsync(IReadOnlyList<string> command)
    {
        var directory = new TestDirectory();
        var input = directory["input"];
        await RunningProcess.RunAsync(["mkfifo", input], TestContext.Current.CancellationToken);
        var words = string.Join(' ', command.Select(word => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'"));
        // What the terminal shows is read line by line; a carriage return is the end of one too.
        var process = RunningProcess.Start(
            ["sh", "-c", $"script -qefc \"$0\" /dev/null < '{input}' | stdbuf -o0 tr '\\r' '\\n'", "exec " + words]);
        return new Terminal(directory, process, new FileStream(input, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0));
    }

    internal Task WaitForOutputAsync(string text, TimeSpan limit, CancellationToken token) => process.WaitForOutputAsync(text, limit, token);

    internal async Task TypeAsync(string keys, CancellationToken token)
    {
        await keyboard.WriteAsync(System.Text.Encoding.ASCII.GetBytes(keys), token);
        await keyboard.FlushAsync(token);
    }

    public async ValueTask DisposeAsync()
    {
        // The end of its input ends script, and the terminal's end the program on it.
        await keyboard.DisposeAsync();
        await process.DisposeAsync();
        directory.Dispose();
    }
}
