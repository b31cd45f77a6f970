using System.Net;
using Lab.Emulators.Dpu.DataPath.NvmeTcp.Admin;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

internal sealed partial class NvmePathController
{
    /// <summary>Sent data that nobody acknowledged for so long: the connection is dead (tcp(7), TCP_USER_TIMEOUT).</summary>
    private static readonly TimeSpan UserTimeout = TimeSpan.FromSeconds(20);

    /// <summary>On the path's reactor: connects its queue to the controller of <paramref name="of"/>.</summary>
    private void Open(IoPath path, Association of) => _ = OpenAsync(path, of);

    private async Task OpenAsync(IoPath path, Association of)
    {
        // A queue for each of more reactors than the controller grants cannot be had.
        if (path.QueueId > of.IoQueues)
        {
            path.GiveUpHope();
            return;
        }
        ReactorStream? stream = null;
        ITimer? limit = null;
        try
        {
            var target = new IPEndPoint(IPAddress.Parse(Address.Traddr), int.Parse(Address.Trsvcid, System.Globalization.CultureInfo.InvariantCulture));
            stream = ReactorStream.Connect(path.Reactor, target, UserTimeout);
            var opening = stream;
            limit = time.CreateTimer(_ => path.Reactor.Post(opening.Fail), null, ConnectLimit, Timeout.InfiniteTimeSpan);
            await stream.WaitForConnectionAsync(target);
            var host = subsystem.ReadIdentity();
            var entries = (ushort)(of.Controller.QueueDepth + 1);
            var (terms, _) = await QueueSetup.RunAsync(
                new CapsuleStream(stream), host, path.QueueId, entries, of.ControllerId, CancellationToken.None);
            limit.Dispose();
            if (association != of)
            {
                stream.Dispose();
                return;
            }
            var limits = new IoQueueLimits(
                of.Controller.InCapsuleBytes,
                of.Controller.TransferBytes,
                of.Controller.QueueDepth,
                of.Controller.SupportsWriteZeroes,
                of.Controller.SupportsDiscard);
            path.SetNamespaces(usability);
            path.Open(new IoQueue(path, stream, terms, limits, time, (queue, reason) => OnQueueFailed(path, queue, of, reason)));
        }
        catch (Exception e)
        {
            // Whatever it was: without its queue the path is of no use, and nobody else would hear of it.
            limit?.Dispose();
            stream?.Dispose();
            Report(of, new IOException($"I/O queue {path.QueueId}: {e.Message}", e));
        }
    }

    /// <summary>On the reactor's thread: what was under way goes over other paths at once.</summary>
    private void OnQueueFailed(IoPath path, IoQueue queue, Association of, IOException reason)
    {
        if (path.Queue == queue)
            path.Close(subsystem.DoubtFor);
        Report(of, new IOException($"I/O queue {path.QueueId}: {reason.Message}", reason));
    }

    private void Report(Association of, IOException reason)
    {
        if (association == of)
            queueLost.TrySetResult(reason);
    }
}
