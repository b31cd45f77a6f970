namespace Lab.Agent.Reconcile;

/// <summary>Wakes one waiter; several sets before a wait count as one.</summary>
internal sealed class Signal(TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim semaphore = new(0, 1);

    public void Set()
    {
        try
        {
            semaphore.Release();
        }
        catch (SemaphoreFullException)
        {
            // Set already.
        }
    }

    /// <returns>False when the time passed first.</returns>
    public async Task<bool> WaitAsync(TimeSpan timeMax, CancellationToken token)
    {
        using var late = new CancellationTokenSource(timeMax, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(token, late.Token);
        try
        {
            await semaphore.WaitAsync(both.Token);
            return true;
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return false;
        }
    }

    public void Dispose() => semaphore.Dispose();
}
