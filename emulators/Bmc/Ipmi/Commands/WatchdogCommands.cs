using System.Buffers.Binary;
using Lab.Emulators.Bmc.Device;
using Lab.Protocols.Ipmi;
using static Lab.Emulators.Bmc.Ipmi.Commands.CommandFamily;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>The watchdog (IPMI 2.0 §27). The device runs it out and does what it shall do to the host.</summary>
internal sealed class WatchdogCommands(BmcInstance bmc)
{
    private const byte DontLog = 0x80;
    private const byte DontStop = 0x40;
    private const byte Running = 0x40;
    private const byte NotInitialised = 0x80;
    private static readonly TimeSpan Count = TimeSpan.FromMilliseconds(100);

    // Until somebody set it since the BMC started, there is nothing to reset.
    private volatile bool isInitialised;

    internal IEnumerable<IpmiCommand> Commands =>
    [
        Row(IpmiNetFn.App, 0x22, IpmiPrivilege.Operator, 0..0, ResetAsync),
        Row(IpmiNetFn.App, 0x24, IpmiPrivilege.Operator, 6..6, SetAsync),
        Row(IpmiNetFn.App, 0x25, IpmiPrivilege.User, 0..0, Get),
    ];

    private async ValueTask<IpmiResponse> SetAsync(IpmiCall call, CancellationToken token)
    {
        var data = call.Request.Data.ToArray();
        var (use, action) = (data[0] & 0x07, data[1] & 0x07);
        var preTimeout = (data[1] >> 4) & 0x07;
        if (use is < (int)WatchdogUse.BiosFrb2 or > (int)WatchdogUse.Oem || action > (int)WatchdogAction.PowerCycle || preTimeout > 3)
            return Error(IpmiCompletion.InvalidField);
        var countdown = Count * BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(4));
        if (preTimeout != 0 && TimeSpan.FromSeconds(data[2]) > countdown)
            return Error(IpmiCompletion.InvalidField);
        await bmc.Device.ConfigureAsync(
            state =>
            {
                var before = state.Watchdog;
                // Setting stops the timer, unless it runs and shall go on; then it goes on from the new value.
                var goesOn = (data[0] & DontStop) != 0 && before.ExpiresAt is not null;
                return state with
                {
                    Watchdog = new Watchdog(
                        (WatchdogUse)use, (WatchdogAction)action, countdown, goesOn ? bmc.Time.GetUtcNow() + countdown : null,
                        (byte)(before.Expired & ~data[3]), (byte)preTimeout, data[2], (data[0] & DontLog) == 0),
                };
            },
            token);
        isInitialised = true;
        return IpmiResponse.Done;
    }

    private async ValueTask<IpmiResponse> ResetAsync(IpmiCall call, CancellationToken token)
    {
        if (!isInitialised)
            return Error(NotInitialised);
        await bmc.Device.ConfigureAsync(
            state => state with { Watchdog = state.Watchdog with { ExpiresAt = bmc.Time.GetUtcNow() + state.Watchdog.Countdown } }, token);
        return IpmiResponse.Done;
    }

    private IpmiResponse Get(IpmiCall call)
    {
        var watchdog = bmc.Device.State.Watchdog;
        var left = watchdog.ExpiresAt is { } end ? end - bmc.Time.GetUtcNow() : watchdog.Countdown;
        var (initial, present) = (Counts(watchdog.Countdown), Counts(left));
        return IpmiResponse.Of(
            (byte)((int)watchdog.Use | (watchdog.ExpiresAt is null ? 0 : Running) | (watchdog.LogsExpiry ? 0 : DontLog)),
            (byte)((int)watchdog.Action | (watchdog.PreTimeout << 4)), watchdog.PreTimeoutSeconds, watchdog.Expired,
            (byte)initial, (byte)(initial >> 8), (byte)present, (byte)(present >> 8));
    }

    private static ushort Counts(TimeSpan time) => (ushort)Math.Clamp(time / Count, 0, ushort.MaxValue);
}
