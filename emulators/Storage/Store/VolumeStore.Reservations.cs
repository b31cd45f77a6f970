namespace Lab.Emulators.Storage.Store;

/// <summary>Reservations that outlive the process; they go with their volume.</summary>
public sealed partial class VolumeStore
{
    internal ReservationRecord? ReservationOf(Guid volumeId) => records.Reservations.GetValueOrDefault(volumeId);

    /// <summary>Durable when this returns; null removes what was kept.</summary>
    internal void KeepReservation(Guid volumeId, ReservationRecord? record)
    {
        lock (changing)
        {
            Find(records.Volumes, volumeId, "volume");
            Commit(records with
            {
                Reservations = record is null ? records.Reservations.Remove(volumeId) : records.Reservations.SetItem(volumeId, record),
            });
        }
    }
}
