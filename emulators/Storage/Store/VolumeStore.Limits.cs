using Lab.Emulators.Storage.Qos;

namespace Lab.Emulators.Storage.Store;

/// <summary>Limits of volumes, which are kept with them.</summary>
public sealed partial class VolumeStore
{
    private readonly Dictionary<Guid, VolumeLimiter> limiters = [];

    /// <summary>Applies at once, to requests that wait, too.</summary>
    public VolumeView SetLimits(Guid id, VolumeLimits limits)
    {
        limits.Check();
        lock (changing)
        {
            ChangeLimits(id, limits);
            return View(records.Volumes[id]);
        }
    }

    private void ChangeLimits(Guid id, VolumeLimits limits)
    {
        var volume = Find(records.Volumes, id, "volume");
        if (LimitsOf(volume) != limits)
            Commit(records with { Volumes = records.Volumes.SetItem(id, volume with { Limits = limits.AreNone ? null : limits }) });
        LimiterOf(id).Change(limits);
    }

    private static VolumeLimits LimitsOf(VolumeRecord volume) => volume.Limits ?? VolumeLimits.None;

    private VolumeLimiter LimiterOf(Guid id)
    {
        if (limiters.TryGetValue(id, out var known))
            return known;
        var limiter = new VolumeLimiter(time);
        limiter.Change(LimitsOf(records.Volumes[id]));
        limiters[id] = limiter;
        return limiter;
    }
}
