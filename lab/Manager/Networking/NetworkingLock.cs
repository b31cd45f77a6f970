namespace Lab.Manager.Networking;

/// <summary>
/// Lets one change of networks, subnets and ports look and then act. The schema's unique keys hold the same where it does not reach.
/// </summary>
internal sealed class NetworkingLock : IDisposable
{
    private readonly SemaphoreSlim gate = new(1, 1);

    /// <returns>Leaves when disposed.</returns>
    public async Task<IDisposable> EnterAsync(CancellationToken token)
    {
        await gate.WaitAsync(token);
        return new Held(gate);
    }

    public void Dispose() => gate.Dispose();

    private sealed class Held(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
