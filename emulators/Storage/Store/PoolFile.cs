using System.Text.Json;
using Lab.Emulators.Storage.Linux;

namespace Lab.Emulators.Storage.Store;

/// <summary>A pool's records on disk: one JSON file that is replaced as a whole, so that a crash leaves the old one or the new one.</summary>
internal sealed class PoolFile(string directory)
{
    private readonly string path = Path.Combine(directory, "pool.json");

    /// <exception cref="StoreException"><see cref="StoreError.Damaged"/></exception>
    public PoolRecords Load()
    {
        if (!File.Exists(path))
            return PoolRecords.Empty;
        try
        {
            using var stream = File.OpenRead(path);
            var document = JsonSerializer.Deserialize(stream, PoolJson.Default.PoolDocument) ?? throw new JsonException("it is empty");
            if (document.Version != PoolDocument.CurrentVersion)
                throw new JsonException($"version {document.Version} is not known");
            return document.ToRecords();
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException)
        {
            throw new StoreException(StoreError.Damaged, $"{path} is damaged: {failure.Message}", failure);
        }
    }

    /// <summary>Durable when this returns.</summary>
    public void Save(PoolRecords records)
    {
        var next = path + ".next";
        // Hosts' secrets are in it.
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        using (var stream = new FileStream(next, options))
        {
            JsonSerializer.Serialize(stream, PoolDocument.From(records), PoolJson.Default.PoolDocument);
            stream.Flush(flushToDisk: true);
        }
        File.Move(next, path, overwrite: true);
        Libc.DirectorySync(directory);
    }
}
