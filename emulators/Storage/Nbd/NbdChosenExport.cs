using Lab.Emulators.Storage.Exports;
using Lab.Emulators.Storage.Store;
using Lab.Protocols.Nbd;

namespace Lab.Emulators.Storage.Nbd;

/// <summary>What a negotiation ended with; holds the volume in use and the connection on the export until disposed.</summary>
internal sealed class NbdChosenExport(ExportRecord export, VolumeStore.VolumeUse use, ExportSession session) : IDisposable
{
    public ExportRecord Export => export;

    public IBlockVolume Volume => use.Volume;

    /// <summary>Replies to reads are structured.</summary>
    public bool Structured { get; init; }

    /// <summary>The client may ask for base:allocation.</summary>
    public bool Allocation { get; init; }

    public static NbdExportFlags FlagsOf(ExportRecord export)
    {
        // A flush makes every completed write of the volume durable, whichever connection it came by: CanMultiConn.
        const NbdExportFlags Always = NbdExportFlags.HasFlags | NbdExportFlags.SendFlush | NbdExportFlags.SendFua | NbdExportFlags.SendDf
            | NbdExportFlags.CanMultiConn | NbdExportFlags.SendCache;
        return export.ReadOnly
            ? Always | NbdExportFlags.ReadOnly
            : Always | NbdExportFlags.SendTrim | NbdExportFlags.SendWriteZeroes | NbdExportFlags.SendFastZero;
    }

    /// <summary>The client goes: its requests do not wait for their turn any more.</summary>
    public void Hurry() => use.Hurry();

    public void Dispose()
    {
        use.Dispose();
        session.Dispose();
    }
}
