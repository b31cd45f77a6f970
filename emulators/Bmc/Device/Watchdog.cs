namespace Lab.Emulators.Bmc.Device;

/// <summary>Who set the watchdog (IPMI 2.0 §27.6, timer use).</summary>
public enum WatchdogUse { None = 0, BiosFrb2 = 1, BiosPost = 2, OsLoad = 3, SmsOs = 4, Oem = 5 }

/// <summary>What its end does (§27.6, timer actions).</summary>
public enum WatchdogAction { None = 0, HardReset = 1, PowerDown = 2, PowerCycle = 3 }

/// <summary>
/// The host's watchdog. The device runs it out: <see cref="DeviceMachine.Tick"/> at <see cref="ExpiresAt"/> logs the end and does
/// <see cref="Action"/>.
/// </summary>
/// <param name="Countdown">What a reset of the timer starts from.</param>
/// <param name="ExpiresAt">Null while it does not run.</param>
/// <param name="Expired">Uses whose timers ran out, one bit each, as §27.6 counts them; cleared by software.</param>
/// <param name="PreTimeout">Pre-timeout interrupt and its interval: kept and shown, for there is no host to interrupt before.</param>
public sealed record Watchdog(
    WatchdogUse Use = WatchdogUse.None,
    WatchdogAction Action = WatchdogAction.None,
    TimeSpan Countdown = default,
    DateTimeOffset? ExpiresAt = null,
    byte Expired = 0,
    byte PreTimeout = 0,
    byte PreTimeoutSeconds = 0,
    bool LogsExpiry = true);
