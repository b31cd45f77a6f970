using System.Net.Sockets;
using System.Text;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Ipmi.Testbed;

/// <summary>The host's end of its serial port: what was typed into it is kept.</summary>
internal sealed class SerialHost : IAsyncDisposable
{
    private readonly NetworkStream stream;
    private readonly StringBuilder text = new();
    private readonly Task reading;

    private SerialHost(NetworkStream stream)
    {
        this.stream = stream;
        reading = ReadAsync();
    }

    internal string Text
    {
        get
        {
            lock (text)
                return text.ToString();
        }
    }

    internal static async Task<SerialHost> ConnectAsync(IpmiBmc bmc, CancellationToken token) => new(await bmc.ConnectSerialAsync(token));

    internal ValueTask SendAsync(string output, CancellationToken token) => stream.WriteAsync(Encoding.ASCII.GetBytes(output), token);

    internal Task WaitForAsync(string wanted, TimeSpan limit, CancellationToken token) => Eventually.HoldsAsync(
        $"'{wanted}' was typed", limit, () => Text.Contains(wanted, StringComparison.Ordinal), token);

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        await reading;
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[1024];
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer)) > 0;)
                lock (text)
                    text.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The BMC or the test ended it.
        }
    }
}
