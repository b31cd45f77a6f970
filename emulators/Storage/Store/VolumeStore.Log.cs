namespace Lab.Emulators.Storage.Store;

public sealed partial class VolumeStore
{
    [LoggerMessage(LogLevel.Information, "Pool {Directory}: {Volumes} volumes in {Layers} layers, {UsedBytes} bytes used")]
    private partial void LogOpened(string directory, int volumes, int layers, long usedBytes);

    [LoggerMessage(LogLevel.Error, "Refused: {Damage}")]
    private partial void LogDamaged(string damage);

    [LoggerMessage(LogLevel.Warning, "The map of layer {Layer} had {Pages} damaged pages, mended from their copies")]
    private partial void LogMended(Guid layer, int pages);

    [LoggerMessage(LogLevel.Error, "Volume {Volume} could not be flushed at the end")]
    private partial void LogFlushFailed(Guid volume, Exception failure);
}
