using Lab.Emulators.Dpu.State;
using Lab.Emulators.Qos;

namespace Lab.Emulators.Dpu.DataPath.Qos;

/// <summary>The limits of one bdev over all its channels (bdev_set_qos_limit). Taken under a lock only while there are limits.</summary>
internal sealed class RateLimiter(TimeProvider time)
{
    private const double MebibyteBytes = 1024 * 1024;

    private readonly Lock gate = new();
    private TokenBucket requests;
    private TokenBucket bytes;
    private TokenBucket readBytes;
    private TokenBucket writtenBytes;
    private long refilled = time.GetTimestamp();
    private volatile bool isLimited;

    public bool IsLimited => isLimited;

    public void Change(RateLimits limits)
    {
        lock (gate)
        {
            Refill();
            requests.Change(limits.RwIosPerSec);
            bytes.Change(limits.RwMbytesPerSec * MebibyteBytes);
            readBytes.Change(limits.RMbytesPerSec * MebibyteBytes);
            writtenBytes.Change(limits.WMbytesPerSec * MebibyteBytes);
            isLimited = !limits.AreNone;
        }
    }

    /// <summary>Whether the request may go now; <paramref name="wait"/> is how long until it might.</summary>
    public bool TryTake(BlockRequest request, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        // A flush moves nothing and must not wait behind data that it does not cover.
        if (!isLimited || request.Operation == BlockOperation.Flush)
            return true;
        lock (gate)
        {
            Refill();
            var isRead = request.Operation == BlockOperation.Read;
            var isWrite = request.Operation == BlockOperation.Write;
            if (!requests.IsOpen
                || ((isRead || isWrite) && !bytes.IsOpen)
                || (isRead && !readBytes.IsOpen)
                || (isWrite && !writtenBytes.IsOpen))
            {
                var seconds = Math.Max(requests.WaitSeconds, isRead || isWrite ? bytes.WaitSeconds : 0);
                wait = TimeSpan.FromSeconds(Math.Max(seconds, isRead ? readBytes.WaitSeconds : isWrite ? writtenBytes.WaitSeconds : 0));
                return false;
            }
            requests.Take(1);
            // Discard and write zeroes move no bytes: they count as requests.
            if (isRead || isWrite)
                bytes.Take(request.Length);
            if (isRead)
                readBytes.Take(request.Length);
            if (isWrite)
                writtenBytes.Take(request.Length);
            return true;
        }
    }

    private void Refill()
    {
        var now = time.GetTimestamp();
        var seconds = time.GetElapsedTime(refilled, now).TotalSeconds;
        refilled = now;
        requests.Refill(seconds);
        bytes.Refill(seconds);
        readBytes.Refill(seconds);
        writtenBytes.Refill(seconds);
    }
}
