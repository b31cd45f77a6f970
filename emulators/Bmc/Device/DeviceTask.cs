using System.Collections.Immutable;

namespace Lab.Emulators.Bmc.Device;

public enum DeviceTaskState { Running, Completed, Exception, Cancelled }

/// <summary>
/// An update that takes time: a task of Redfish's TaskService. Progress is a function of time, and the end of it a deadline of the
/// device (<see cref="DeviceMachine.Tick"/>).
/// </summary>
/// <param name="Ends">When it is done.</param>
/// <param name="Firmware">What gets the version <paramref name="Version"/> at the end, and what each then waits for.</param>
public sealed record DeviceTask(
    string Id, string Name, DateTimeOffset Started, DateTimeOffset Ends, ImmutableDictionary<string, FirmwareActivation> Firmware, string Version, DeviceTaskState State)
{
    /// <summary>What went wrong; null unless <see cref="DeviceTaskState.Exception"/>.</summary>
    public string? Error { get; init; }

    public int PercentAt(DateTimeOffset now) => State == DeviceTaskState.Completed || Ends <= Started
        ? 100
        : (int)Math.Clamp((now - Started) / (Ends - Started) * 100, 0, 99);
}
