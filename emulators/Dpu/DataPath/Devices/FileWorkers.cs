namespace Lab.Emulators.Dpu.DataPath.Devices;

/// <summary>The threads that wait for a file's disk in the reactors' place; they start with the first request that has to.</summary>
internal sealed class FileWorkers(string name) : IAsyncDisposable
{
    /// <summary>A flush that takes its time must not hold up reads.</summary>
    private const int ThreadsMax = 2;

    private readonly Queue<(FileChannel Channel, BlockRequest Request)> waiting = new();
    private readonly List<Task> threads = [];
    private int idle;
    private bool isStopping;

    public void Add(FileChannel channel, BlockRequest request)
    {
        lock (waiting)
        {
            waiting.Enqueue((channel, request));
            if (idle == 0 && threads.Count < ThreadsMax)
                threads.Add(Start());
            else
                Monitor.Pulse(waiting);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (waiting)
        {
            isStopping = true;
            Monitor.PulseAll(waiting);
        }
        await Task.WhenAll(threads);
    }

    private Task Start()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            Run();
            ended.SetResult();
        })
        {
            IsBackground = true,
            Name = "aio " + name,
        }.Start();
        return ended.Task;
    }

    private void Run()
    {
        while (TryTake(out var next))
            next.Channel.Finish(next.Request, next.Channel.Execute(next.Request));
    }

    private bool TryTake(out (FileChannel Channel, BlockRequest Request) next)
    {
        lock (waiting)
        {
            while (!waiting.TryDequeue(out next))
            {
                if (isStopping)
                    return false;
                idle++;
                Monitor.Wait(waiting);
                idle--;
            }
            return true;
        }
    }
}
