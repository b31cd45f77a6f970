using System.Net;

namespace Lab.Emulators.Bmc.Ipmi.Sessions;

/// <summary>
/// Slows guessing: after a failed login an address's next ones are not answered for a while, which doubles with every failure and
/// is forgotten after a success or <see cref="Memory"/> without a failure. A console that mistyped repeats its request by itself and hardly notices.
/// </summary>
public sealed class AddressBackOff(TimeProvider time)
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(16);
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);

    /// <summary>The address whose failure is the longest ago makes room for one more.</summary>
    public const int AddressesMax = 256;

    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, Failures> failed = [];

    public bool Refuses(IPAddress address)
    {
        lock (gate)
            return failed.TryGetValue(address, out var failures) && time.GetElapsedTime(failures.Last) < WaitAfter(failures.Count);
    }

    public void Record(IPAddress address, bool succeeded)
    {
        lock (gate)
        {
            if (succeeded)
            {
                failed.Remove(address);
                return;
            }
            var before = failed.GetValueOrDefault(address);
            if (before.Count == 0 && failed.Count >= AddressesMax)
                failed.Remove(failed.MinBy(pair => pair.Value.Last).Key);
            var isFresh = before.Count > 0 && time.GetElapsedTime(before.Last) < Memory;
            failed[address] = new Failures(isFresh ? before.Count + 1 : 1, time.GetTimestamp());
        }
    }

    private static TimeSpan WaitAfter(int failures)
    {
        var doublings = Math.Min(failures - 1, 16);
        var wait = First * Math.Pow(2, doublings);
        return wait < Longest ? wait : Longest;
    }

    private readonly record struct Failures(int Count, long Last);
}
