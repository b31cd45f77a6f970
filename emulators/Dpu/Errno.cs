namespace Lab.Emulators.Dpu;

/// <summary>errno(3) as Linux numbers it; on the wire it stands negated.</summary>
public enum Errno
{
    NotPermitted = 1,
    NoEntry = 2,
    InputOutput = 5,
    Busy = 16,
    Exists = 17,
    NoDevice = 19,
    Invalid = 22,
    NoSpace = 28,
    ReadOnly = 30,
    NotSupported = 95,
    NotConnected = 107,
    TimedOut = 110,
    Already = 114,
}

public static class Errnos
{
    /// <returns>strerror(3)'s text, which SPDK sends as the message.</returns>
    public static string Text(Errno error) => error switch
    {
        Errno.NotPermitted => "Operation not permitted",
        Errno.NoEntry => "No such file or directory",
        Errno.InputOutput => "Input/output error",
        Errno.Busy => "Device or resource busy",
        Errno.Exists => "File exists",
        Errno.NoDevice => "No such device",
        Errno.Invalid => "Invalid argument",
        Errno.NoSpace => "No space left on device",
        Errno.ReadOnly => "Read-only file system",
        Errno.NotSupported => "Operation not supported",
        Errno.NotConnected => "Transport endpoint is not connected",
        Errno.TimedOut => "Connection timed out",
        Errno.Already => "Operation already in progress",
        _ => $"Unknown error {(int)error}",
    };
}
