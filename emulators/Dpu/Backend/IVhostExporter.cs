using Lab.Emulators.Dpu.DataPath;

namespace Lab.Emulators.Dpu.Backend;

/// <summary>Serves devices to the host as vhost-user-blk.</summary>
internal interface IVhostExporter
{
    /// <summary>Listens on the export's socket until the answer is disposed of, which disconnects the host and removes the socket.</summary>
    /// <exception cref="IOException">The socket cannot be had.</exception>
    IAsyncDisposable Export(IBlockDevice device, BlkExport export);
}
