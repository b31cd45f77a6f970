namespace Lab.Interop.Libvirt;

/// <summary>
/// Keeps a connection to a daemon that may be killed and started again: opens one, waits until it closes, opens the next.
/// <see cref="RunAsync"/> must run for <see cref="UseAsync"/> to find a connection.
/// </summary>
/// <param name="connected">Called with each new connection before anyone else gets it: subscribe to its events here.</param>
public sealed class LibvirtLink(string uri, TimeProvider time, Action<LibvirtConnection>? connected = null)
{
    public static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(200);

    private TaskCompletionSource<LibvirtConnection> current = NewSource();

    /// <summary>The last reason why there is no connection; null while there is one.</summary>
    public string? LastError { get; private set; } = "not connected yet";

    public async Task RunAsync(CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            var connection = await OpenAsync(token);
            var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            connection.Closed += _ => closed.TrySetResult();
            try
            {
                connected?.Invoke(connection);
                LastError = null;
                current.TrySetResult(connection);
                if (connection.IsAlive)
                    await closed.Task.WaitAsync(token);
            }
            finally
            {
                LastError = "the connection to libvirt closed";
                current = NewSource();
                await Task.Run(connection.Dispose, CancellationToken.None);
            }
        }
    }

    /// <summary>
    /// Runs <paramref name="work"/> on the pool with a live connection; waits for one, and tries again with the next one where the
    /// daemon dies in between, so <paramref name="work"/> must be idempotent.
    /// </summary>
    /// <exception cref="TimeoutException">No daemon answered within <paramref name="limit"/>.</exception>
    public async Task<T> UseAsync<T>(Func<LibvirtConnection, T> work, TimeSpan limit, CancellationToken token)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(token, deadline.Token);
        while (true)
        {
            try
            {
                var connection = await current.Task.WaitAsync(both.Token);
                return await Task.Run(() => work(connection), both.Token);
            }
            catch (Exception e) when (e is ObjectDisposedException or LibvirtException { IsConnectionLost: true })
            {
                if (deadline.IsCancellationRequested)
                    throw new TimeoutException("libvirt does not answer: " + e.Message, e);
                await PauseAsync(both.Token, token);
            }
            catch (OperationCanceledException) when (!token.IsCancellationRequested)
            {
                throw new TimeoutException("libvirt does not answer: " + LastError);
            }
        }
    }

    private async Task PauseAsync(CancellationToken both, CancellationToken token)
    {
        try
        {
            await Task.Delay(RetryInterval, time, both);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            // The deadline passed; the next turn reports it.
        }
    }

    private async Task<LibvirtConnection> OpenAsync(CancellationToken token)
    {
        while (true)
        {
            try
            {
                return await Task.Run(() => LibvirtConnection.Open(uri), token);
            }
            catch (LibvirtException e)
            {
                LastError = e.Message;
                await Task.Delay(RetryInterval, time, token);
            }
        }
    }

    private static TaskCompletionSource<LibvirtConnection> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
