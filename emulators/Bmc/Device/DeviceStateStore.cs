using Lab.Emulators.Bmc.State;

namespace Lab.Emulators.Bmc.Device;

/// <summary>Keeps a <see cref="DeviceState"/> over restarts of the BMC.</summary>
/// <param name="directory">Null keeps nothing.</param>
public sealed class DeviceStateStore(string? directory)
{
    private readonly StateFile<DeviceState> file = new(StateFiles.In(directory, "device.json"), StateJson.Default.DeviceState);
    private readonly StateFile<SystemEventLog> logFile = new(StateFiles.In(directory, "events.json"), StateJson.Default.SystemEventLog);
    private SystemEventLog? savedLog;

    public DeviceState Load()
    {
        savedLog = logFile.Load() ?? new SystemEventLog();
        return (file.Load() ?? new DeviceState()) with { EventLog = savedLog };
    }

    public void Save(DeviceState state)
    {
        if (!ReferenceEquals(state.EventLog, savedLog))
            logFile.Save(state.EventLog);
        savedLog = state.EventLog;
        file.Save(state);
    }
}
