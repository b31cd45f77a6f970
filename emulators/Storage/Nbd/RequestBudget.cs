namespace Lab.Emulators.Storage.Nbd;

/// <summary>
/// Bounds the requests of a connection that are worked on aside, by count and by bytes. One caller enters, at any time one of it; any number
/// leave.
/// </summary>
internal sealed class RequestBudget(int requestsMax, long bytesMax)
{
    private readonly Lock changing = new();
    private int requests;
    private long bytes;
    private TaskCompletionSource? waiter;

    /// <summary>A request larger than the whole budget enters when it is alone.</summary>
    public bool TryEnter(long size)
    {
        lock (changing)
        {
            if (requests > 0 && (requests == requestsMax || bytes + size > bytesMax))
                return false;
            requests++;
            bytes += size;
            return true;
        }
    }

    public async Task EnterAsync(long size, CancellationToken token)
    {
        while (!TryEnter(size))
            await ChangeAsync(() => requests == 0 || (requests < requestsMax && bytes + size <= bytesMax)).WaitAsync(token);
    }

    public void Leave(long size)
    {
        TaskCompletionSource? woken;
        lock (changing)
        {
            requests--;
            bytes -= size;
            woken = waiter;
            waiter = null;
        }
        woken?.TrySetResult();
    }

    /// <summary>Completes when nobody is in.</summary>
    public async Task EmptyAsync()
    {
        while (true)
        {
            lock (changing)
                if (requests == 0)
                    return;
            await ChangeAsync(() => requests == 0);
        }
    }

    private Task ChangeAsync(Func<bool> already)
    {
        lock (changing)
        {
            if (already())
                return Task.CompletedTask;
            waiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return waiter.Task;
        }
    }
}
