namespace Lab.Emulators.Storage.Wire;

/// <summary>Bounds the requests of a connection that are worked on aside, by count and by bytes.</summary>
internal sealed class RequestBudget(int requestsMax, long bytesMax)
{
    private readonly object changing = new();
    private int requests;
    private long bytes;

    /// <summary>Blocks until there is room. A request larger than the whole budget enters when it is alone.</summary>
    public void Enter(long size)
    {
        lock (changing)
        {
            while (requests > 0 && (requests == requestsMax || bytes + size > bytesMax))
                Monitor.Wait(changing);
            requests++;
            bytes += size;
        }
    }

    public void Leave(long size)
    {
        lock (changing)
        {
            requests--;
            bytes -= size;
            Monitor.PulseAll(changing);
        }
    }

    /// <summary>Blocks until nobody is in.</summary>
    public void WaitEmpty()
    {
        lock (changing)
            while (requests > 0)
                Monitor.Wait(changing);
    }
}
