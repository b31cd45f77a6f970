using System.Diagnostics;

namespace Lab.Emulators.Dpu.Tests.Live;

/// <summary>A vhost-user-blk front end that shares nothing with the code under test (Foreign/vhost_user_blk.py).</summary>
internal sealed class ForeignFrontEnd(string socket) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process process = Tool.Start(
        "python3", Path.Combine(AppContext.BaseDirectory, "Foreign", "vhost_user_blk.py"), socket);

    /// <returns>Status (VIRTIO 1.2 §5.2.6: 0 is OK), then what was read.</returns>
    public async Task<string> AskAsync(string command)
    {
        await process.StandardInput.WriteLineAsync(command);
        await process.StandardInput.FlushAsync();
        var answer = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        return answer ?? throw new IOException(await process.StandardError.ReadToEndAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await Tool.KillAsync(process);
        process.Dispose();
    }
}
