using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Lab.Emulators.Storage.Store;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.Faults;

/// <summary>The faults that are set now, and what they keep of each volume.</summary>
internal sealed class FaultSet(TimeProvider time)
{
    /// <summary>Faults set at once.</summary>
    public const int FaultsMax = 1000;

    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<Guid, HeldWrites> held = new();
    private volatile ImmutableList<ActiveFault> active = [];
    private int lastId;

    public IReadOnlyList<ActiveFault> Active => active;

    public TimeProvider Time => time;

    /// <summary>There is none, and nothing left of any: volumes are as they are.</summary>
    public bool IsQuiet => active.IsEmpty && held.IsEmpty;

    /// <summary>Ends the connections of a volume's exports.</summary>
    public Action<Guid> Disconnect { get; set; } = _ => { };

    /// <exception cref="StoreException">The rule cannot be, or there are too many.</exception>
    public ActiveFault Add(FaultRule rule)
    {
        try
        {
            rule.Check();
        }
        catch (InvalidDataException wrong)
        {
            throw new StoreException(StoreError.Invalid, wrong.Message, wrong);
        }
        lock (gate)
        {
            if (active.Count >= FaultsMax)
                throw new StoreException(StoreError.NoSpace, $"there are {FaultsMax} faults already");
            var fault = new ActiveFault((++lastId).ToString(CultureInfo.InvariantCulture), rule, time);
            active = active.Add(fault);
            return fault;
        }
    }

    /// <exception cref="StoreException">There is no such fault.</exception>
    public void Remove(string id)
    {
        lock (gate)
        {
            if (active.Find(fault => fault.Id == id) is not { } fault)
                throw new StoreException(StoreError.NotFound, $"there is no fault {id}");
            active = active.Remove(fault);
        }
    }

    public void Clear()
    {
        lock (gate)
            active = [];
    }

    /// <summary>The faults that act on a request, each of which has then acted once more.</summary>
    public List<ActiveFault> Take(Guid volume, FaultOperation operation, long offset, long length) =>
        [.. active.Where(fault => fault.Rule.Kind != FaultKind.CorruptedPdu && fault.TryAct(volume, operation, offset, length))];

    /// <summary>The fault that acts on a data PDU with so many bytes from a place of a volume, if one does.</summary>
    public bool TryCorrupt(Guid volume, long offset, long length, PduDigests digests, out PduCorruption corruption)
    {
        foreach (var fault in active)
            if (fault.Rule.Kind == FaultKind.CorruptedPdu && fault.TryCorrupt(volume, offset, length, digests, out corruption))
                return true;
        corruption = default;
        return false;
    }

    /// <summary>A fault may act on requests of the volume, or has left something of it in memory.</summary>
    public bool Concerns(Guid volume) => held.ContainsKey(volume)
        || active.Any(fault => fault.Rule.Kind != FaultKind.CorruptedPdu && (fault.Rule.Volume ?? volume) == volume && !fault.IsOver);

    /// <summary>Writes of a volume are to stay in memory.</summary>
    public bool Holds(Guid volume) =>
        active.Any(fault => fault.Rule.Kind == FaultKind.LostFlush && (fault.Rule.Volume ?? volume) == volume && !fault.IsOver);

    public HeldWrites? HeldOf(Guid volume) => held.GetValueOrDefault(volume);

    public HeldWrites HoldFor(Guid volume) => held.GetOrAdd(volume, _ => new HeldWrites());

    public void Forget(Guid volume) => held.TryRemove(volume, out _);
}
