using System.Collections.Immutable;
using System.Globalization;
using Lab.Protocols.Ipmi;

namespace Lab.Emulators.Bmc.Faults;

/// <summary>The faults that are set now, of all machines of the process. Each counts and draws for itself.</summary>
internal sealed class FaultSet(TimeProvider time)
{
    /// <summary>Faults set at once.</summary>
    internal const int FaultsMax = 1000;

    private readonly Lock gate = new();
    private volatile ImmutableList<ActiveFault> active = [];
    private int lastId;

    internal IReadOnlyList<ActiveFault> Active => active;

    /// <exception cref="InvalidDataException">The rule cannot be, or there are too many.</exception>
    internal ActiveFault Add(FaultRule rule)
    {
        rule.Check();
        lock (gate)
        {
            if (active.Count >= FaultsMax)
                throw new InvalidDataException($"there are {FaultsMax} faults already");
            var fault = new ActiveFault((++lastId).ToString(CultureInfo.InvariantCulture), rule, time.GetUtcNow());
            active = active.Add(fault);
            return fault;
        }
    }

    internal bool Remove(string id)
    {
        lock (gate)
        {
            var before = active.Count;
            active = active.RemoveAll(fault => fault.Id == id);
            return active.Count < before;
        }
    }

    internal void Clear()
    {
        lock (gate)
            active = [];
    }

    /// <summary>The faults that act on a Redfish request, each of which has then acted once more.</summary>
    internal IReadOnlyList<ActiveFault> Take(string machine, string method, string path) => Take(rule => rule.IsFor(machine, method, path));

    /// <summary>As <see cref="Take(string, string, string)"/>, on a request of IPMI.</summary>
    internal IReadOnlyList<ActiveFault> Take(string machine, IpmiRequest request) => Take(rule => rule.IsFor(machine, request));

    private List<ActiveFault> Take(Func<FaultRule, bool> isFor) =>
        [.. active.Where(fault => isFor(fault.Rule) && fault.TryAct(time.GetUtcNow()))];
}
