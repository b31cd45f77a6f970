namespace Lab.Emulators.Storage.Store;

/// <summary>Says whether a request that was let in, and held up on its way, may still touch its volume.</summary>
internal interface IVolumeGuard
{
    /// <param name="isChange">It is no read.</param>
    /// <exception cref="Exception">It may not; of the front whose guard this is.</exception>
    void Demand(bool isChange);
}
