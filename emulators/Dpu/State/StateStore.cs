using System.Text.Json;
using Lab.Emulators.Dpu.Linux;

namespace Lab.Emulators.Dpu.State;

/// <summary>
/// Keeps the state in one file. A write is whole or not at all, and durable when it returns: new file, fsync, rename, fsync of the
/// directory.
/// </summary>
public sealed class StateStore(string directory)
{
    private readonly string path = Path.Combine(directory, "state.json");

    /// <exception cref="InvalidDataException">There is a state, but it cannot be understood; it is left as it is.</exception>
    public DpuState Load()
    {
        Directory.CreateDirectory(directory);
        if (!File.Exists(path))
            return new DpuState();
        try
        {
            var state = JsonSerializer.Deserialize(File.ReadAllBytes(path), StateJson.Default.DpuState)
                ?? throw new JsonException("null");
            return state.Version == DpuState.CurrentVersion
                ? state
                : throw new InvalidDataException($"{path} has version {state.Version}; this firmware reads {DpuState.CurrentVersion}");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is damaged: {e.Message}", e);
        }
    }

    /// <exception cref="IOException">Nothing was changed, or what was written may not be durable.</exception>
    public void Save(DpuState state)
    {
        var next = path + ".new";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(file, state, StateJson.Default.DpuState);
            file.Flush(flushToDisk: true);
        }
        File.Move(next, path, overwrite: true);
        DirectorySync.Flush(directory);
    }
}
