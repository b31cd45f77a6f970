namespace Lab.Emulators.Dpu.DataPath.Statistics;

/// <summary>The clock that one sampled request carries along; used on its reactor's thread alone, and again for a later request.</summary>
internal sealed class StageSample
{
    private readonly long[] ticks = new long[(int)RequestStage.Complete + 1];
    private RequestStages stages = null!;
    private uint reached;
    private long began;
    private long at;

    public void Begin(RequestStages of, long timestamp)
    {
        stages = of;
        began = at = timestamp;
        reached = 0;
        Array.Clear(ticks);
    }

    /// <summary>
    /// The stage ends now, and the next one begins. A request that goes through it again, as one of many commands or after a lost path,
    /// has that added, so that its stages always make up its whole time.
    /// </summary>
    public void Reach(RequestStage stage)
    {
        var now = stages.Now();
        ticks[(int)stage] += now - at;
        at = now;
        reached |= 1u << (int)stage;
    }

    public bool HasReached(RequestStage stage) => (reached & (1u << (int)stage)) != 0;

    public void Record()
    {
        for (var stage = RequestStage.GuestQueue; stage <= RequestStage.Complete; stage++)
            if (HasReached(stage))
                stages.Record(stage, ticks[(int)stage]);
        stages.RecordTotal(at - began);
    }
}
