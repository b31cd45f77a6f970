using Lab.Emulators.Bmc.State;

namespace Lab.Emulators.Bmc.Device;

/// <summary>Keeps a <see cref="DeviceState"/> over restarts of the BMC.</summary>
public sealed class DeviceStateStore(string directory)
{
    private readonly StateFile<DeviceState> file = new(Path.Combine(directory, "device.json"), StateJson.Default.DeviceState);

    public DeviceState Load() => file.Load() ?? new DeviceState();

    public void Save(DeviceState state) => file.Save(state);
}
