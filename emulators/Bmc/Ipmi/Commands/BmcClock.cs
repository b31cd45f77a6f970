using Lab.Emulators.Bmc.Ipmi.Settings;
using Lab.Protocols.Ipmi;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>
/// The clock of event log and SDR repository, in seconds since 1970 (IPMI 2.0 §37). Setting it moves it, and with it the timestamps of
/// what was logged before, against the real time that Redfish tells.
/// </summary>
internal sealed class BmcClock(TimeProvider time, IpmiSettingsStore settings)
{
    internal uint Seconds => ToSeconds(time.GetUtcNow());

    internal uint ToSeconds(DateTimeOffset moment) =>
        (uint)Math.Clamp((moment + settings.Current.ClockOffset).ToUnixTimeSeconds(), 0, uint.MaxValue);

    internal IpmiResponse Get()
    {
        var now = Seconds;
        return IpmiResponse.Of((byte)now, (byte)(now >> 8), (byte)(now >> 16), (byte)(now >> 24));
    }

    internal void Set(uint seconds) =>
        settings.Change(s => s with { ClockOffset = DateTimeOffset.FromUnixTimeSeconds(seconds) - time.GetUtcNow() });
}
