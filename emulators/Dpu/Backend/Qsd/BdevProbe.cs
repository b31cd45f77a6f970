using Lab.Emulators.Dpu.State;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Dpu.Backend.Qsd;

/// <summary>Asks whether a bdev's volume is there, in bounded time, before the daemon is told to open it.</summary>
internal sealed partial class BdevProbe(TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(3);

    /// <returns>The volume's size in bytes; null where only opening it tells.</returns>
    public async Task<ulong?> AskAsync(Bdev bdev, CancellationToken token)
    {
        if (bdev.Kind != BdevKind.Nbd)
            return null;
        using var limit = new CancellationTokenSource(ProbeTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, token);
        try
        {
            var info = await NbdProbe.AskAsync(NbdUrl.Parse(bdev.Url!), either.Token);
            if (info.ReadOnly && !bdev.ReadOnly)
                throw new DpuException(Errno.ReadOnly);
            return info.SizeBytes;
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !token.IsCancellationRequested))
        {
            LogNotOpened(bdev.Name, e.Message);
            throw new DpuException(Errno.InputOutput, null, e);
        }
    }

    public async Task<bool> TryAskAsync(Bdev bdev, CancellationToken token)
    {
        try
        {
            await AskAsync(bdev, token);
            return true;
        }
        catch (DpuException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "bdev {Name} cannot be opened: {Reason}")]
    private partial void LogNotOpened(string name, string reason);
}
