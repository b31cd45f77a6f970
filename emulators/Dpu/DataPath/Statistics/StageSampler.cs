namespace Lab.Emulators.Dpu.DataPath.Statistics;

/// <summary>
/// Chooses the requests of one queue whose stages are timed. The choice is made ahead, by counting, so that every other request costs two
/// comparisons and no reading of the clock.
/// </summary>
/// <param name="device">Null: none is chosen.</param>
internal sealed class StageSampler(IStagedDevice? device)
{
    /// <summary>One in so many; a prime, lest it is always the first of a batch.</summary>
    public const int Every = 61;

    private readonly Stack<StageSample> free = new();
    private int left;
    private long seenAt;

    /// <summary>The driver shows so many requests that were not begun.</summary>
    public void See(int available)
    {
        if (available > left && seenAt == 0)
            seenAt = device?.Stages.Now() ?? 0;
    }

    /// <summary>For each request, when it is its turn.</summary>
    /// <returns>Null for a request that is not chosen.</returns>
    public StageSample? Begin()
    {
        if (left-- > 0)
            return null;
        left = Every - 1;
        var at = seenAt;
        seenAt = 0;
        // What an earlier life left undone was never seen.
        if (at == 0)
            return null;
        if (!free.TryPop(out var sample))
            sample = new StageSample();
        sample.Begin(device!.Stages, at);
        sample.Reach(RequestStage.GuestQueue);
        return sample;
    }

    /// <summary>The driver was told. What never got to the device, or failed, says nothing about the way there.</summary>
    public void End(StageSample sample, bool isDone)
    {
        if (isDone && sample.HasReached(RequestStage.Remote))
        {
            sample.Reach(RequestStage.Complete);
            sample.Record();
        }
        free.Push(sample);
    }
}
