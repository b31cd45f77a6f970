using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Lab.Emulators.Bmc.State;

/// <summary>One JSON file that is whole at any moment, readable by its owner only.</summary>
/// <param name="path">Null keeps nothing.</param>
internal sealed class StateFile<T>(string? path, JsonTypeInfo<T> type)
    where T : class
{
    /// <summary>Null when there is none yet.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    internal T? Load()
    {
        if (path is null || !File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    internal void Save(T value)
    {
        if (path is null)
            return;
        var next = path + ".next";
        using (var file = new FileStream(next, OwnerOnly))
            JsonSerializer.Serialize(file, value, type);
        File.Move(next, path, overwrite: true);
    }

    private static FileStreamOptions OwnerOnly => new()
    {
        Mode = FileMode.Create,
        Access = FileAccess.Write,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };
}
