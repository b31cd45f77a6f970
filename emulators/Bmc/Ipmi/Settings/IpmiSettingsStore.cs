using System.Text.Json.Serialization;
using Lab.Emulators.Bmc.State;

namespace Lab.Emulators.Bmc.Ipmi.Settings;

/// <summary>Keeps <see cref="IpmiSettings"/> over restarts of the BMC.</summary>
public sealed class IpmiSettingsStore
{
    private readonly Lock gate = new();
    private readonly StateFile<IpmiSettings> file;
    private volatile IpmiSettings current;

    /// <param name="directory">Null keeps nothing.</param>
    /// <exception cref="InvalidDataException">What is stored is damaged.</exception>
    public IpmiSettingsStore(string? directory)
    {
        file = new StateFile<IpmiSettings>(StateFiles.In(directory, "ipmi.json"), IpmiJson.Default.IpmiSettings);
        current = file.Load() ?? new IpmiSettings();
    }

    public IpmiSettings Current => current;

    public void Change(Func<IpmiSettings, IpmiSettings> change)
    {
        lock (gate)
        {
            var next = change(current);
            if (next == current)
                return;
            file.Save(next);
            current = next;
        }
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(IpmiSettings))]
internal sealed partial class IpmiJson : JsonSerializerContext;
