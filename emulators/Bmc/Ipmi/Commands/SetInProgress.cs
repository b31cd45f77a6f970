using Lab.Protocols.Ipmi;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>
/// Parameter 0 of every parameter table: one writer at a time (IPMI 2.0 table 23-4, parameter 0). What is written counts at once, so
/// committing has nothing to do. A writer that went away holds it for <see cref="HoldTime"/> only.
/// </summary>
internal sealed class SetInProgress(TimeProvider time)
{
    internal static readonly TimeSpan HoldTime = TimeSpan.FromSeconds(60);
    private const byte Complete = 0;
    private const byte InProgress = 1;
    private const byte Commit = 2;

    private readonly Lock gate = new();
    private long? since;

    internal byte Value
    {
        get
        {
            lock (gate)
                return IsHeld ? InProgress : Complete;
        }
    }

    private bool IsHeld => since is { } start && time.GetElapsedTime(start) < HoldTime;

    internal IpmiResponse Set(ReadOnlySpan<byte> data)
    {
        if (data.Length != 1)
            return IpmiResponse.Error(IpmiCompletion.RequestLengthInvalid);
        lock (gate)
            switch (data[0])
            {
                case InProgress when IsHeld:
                    return IpmiResponse.Error(IpmiCompletion.SetInProgress);
                case InProgress:
                    since = time.GetTimestamp();
                    return IpmiResponse.Done;
                case Complete:
                    since = null;
                    return IpmiResponse.Done;
                case Commit:
                    return IpmiResponse.Done;
                default:
                    return IpmiResponse.Error(IpmiCompletion.InvalidField);
            }
    }
}
