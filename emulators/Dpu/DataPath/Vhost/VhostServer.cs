using System.Net.Sockets;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Sockets;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Dpu.DataPath.Vhost;

/// <summary>Shows devices to the host as vhost-user-blk, each on a socket of its own.</summary>
/// <param name="directory">Where the sockets are.</param>
internal sealed class VhostServer(string directory, ReactorGroup reactors, ILogger logger) : IVhostExporter
{
    public IAsyncDisposable Export(IBlockDevice device, BlkExport export)
    {
        Directory.CreateDirectory(directory);
        return new Exported(UnixListener.Open(Path.Combine(directory, export.Socket), null, logger), device, export, reactors.Next(), logger);
    }

    /// <summary>One export. One front end at a time is served; the next waits until nothing of the last one is under way.</summary>
    private sealed class Exported : IAsyncDisposable
    {
        private readonly UnixListener listener;
        private readonly CancellationTokenSource stop = new();
        private readonly SemaphoreSlim one = new(1, 1);
        private readonly Task running;

        public Exported(UnixListener listener, IBlockDevice device, BlkExport export, Reactor reactor, ILogger logger)
        {
            this.listener = listener;
            running = listener.RunAsync((socket, token) => ServeAsync(socket, device, export, reactor, logger, token), stop.Token);
        }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await running;
            listener.Dispose();
            one.Dispose();
            stop.Dispose();
        }

        private async Task ServeAsync(Socket socket, IBlockDevice device, BlkExport export, Reactor reactor, ILogger logger, CancellationToken token)
        {
            try
            {
                await one.WaitAsync(token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            try
            {
                using var session = new VhostSession(socket, new VhostBlkDevice(device, export), reactor, logger);
                await using var end = token.Register(session.Abort);
                // Its messages are read by blocking calls, since descriptors come with them.
                await Task.Factory.StartNew(session.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
            finally
            {
                one.Release();
            }
        }
    }
}
