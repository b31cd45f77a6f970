using System.Buffers.Binary;
using System.Collections.Immutable;
using Lab.Emulators.Storage.Store;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>Reservation types (NVM command set, base specification 2.0 §8.19).</summary>
internal enum ReservationType : byte
{
    None = 0,
    WriteExclusive = 1,
    ExclusiveAccess = 2,
    WriteExclusiveRegistrants = 3,
    ExclusiveAccessRegistrants = 4,
    WriteExclusiveAllRegistrants = 5,
    ExclusiveAccessAllRegistrants = 6,
}

/// <summary>CPTPL of Reservation Register: what becomes of the state when the target ends.</summary>
internal enum PersistenceChange
{
    Keep = 0,
    Off = 2,
    On = 3,
}

/// <summary>
/// Registrations and the reservation of one namespace, told apart by host identifier: fencing. They last as long as the target's process, or
/// with PTPL as long as the volume.
/// </summary>
/// <param name="kept">What an earlier process left.</param>
/// <param name="keep">Makes the state outlive the process, null removes it. When it throws, nothing has changed.</param>
internal sealed class Reservations(ReservationRecord? kept, Action<ReservationRecord?> keep)
{
    /// <summary>RESCAP: PTPL, and every type.</summary>
    public const byte Capabilities = 0x7f;

    public const int ReportBytesMax = HeaderBytes + (RegistrantsMax * RegistrantBytes);

    private const int RegistrantsMax = 256;
    private const int HeaderBytes = 64;
    private const int RegistrantBytes = 64;

    /// <summary>CNTLID of a registrant that has not been seen since the target started.</summary>
    private const ushort NoController = 0xffff;

    private readonly Lock gate = new();
    private readonly HashSet<HostCommands> queues = [];
    private volatile State state = State.From(kept);

    /// <summary>PTPL.</summary>
    public bool IsPersistent => state.IsPersistent;

    /// <summary>A queue's commands, which end with <see cref="Leave"/>, may be aborted.</summary>
    public HostCommands Join(Guid host)
    {
        var commands = new HostCommands(host);
        lock (gate)
            queues.Add(commands);
        return commands;
    }

    public void Leave(HostCommands commands)
    {
        lock (gate)
            queues.Remove(commands);
    }

    public bool MayRead(Guid host)
    {
        var now = state;
        return now.Type switch
        {
            ReservationType.ExclusiveAccess => host == now.Holder,
            ReservationType.ExclusiveAccessRegistrants or ReservationType.ExclusiveAccessAllRegistrants => now.Registrants.ContainsKey(host),
            _ => true,
        };
    }

    public bool MayWrite(Guid host)
    {
        var now = state;
        return now.Type switch
        {
            ReservationType.None => true,
            ReservationType.WriteExclusive or ReservationType.ExclusiveAccess => host == now.Holder,
            _ => now.Registrants.ContainsKey(host),
        };
    }

    /// <summary>Sets PTPL, as feature 83h does.</summary>
    /// <exception cref="StoreException">It could not be stored.</exception>
    public void SetPersistence(bool isPersistent)
    {
        lock (gate)
            Become(state with { IsPersistent = isPersistent });
    }

    /// <param name="action">RREGA: 0 register, 1 unregister, 2 replace.</param>
    /// <exception cref="StoreException">It could not be stored.</exception>
    public StatusCode Register(
        Guid host, ushort controller, int action, bool ignoresKey, ulong currentKey, ulong newKey, PersistenceChange persistence)
    {
        lock (gate)
        {
            if (action > 2 || persistence is not (PersistenceChange.Keep or PersistenceChange.Off or PersistenceChange.On))
                return StatusCode.InvalidField;
            var known = state.Registrants.GetValueOrDefault(host);
            if (action == 0 && known is not null)
                return known.Key == newKey ? StatusCode.Success : StatusCode.ReservationConflict;
            if (action == 0 && state.Registrants.Count >= RegistrantsMax)
                return StatusCode.InternalError;
            if (action != 0 && (known is null || (!ignoresKey && known.Key != currentKey)))
                return StatusCode.ReservationConflict;
            var next = action == 1 ? state.Without(host) : state with { Registrants = state.Registrants.SetItem(host, new Registrant(newKey, controller)) };
            Become(next with
            {
                Generation = state.Generation + 1,
                IsPersistent = persistence == PersistenceChange.Keep ? state.IsPersistent : persistence == PersistenceChange.On,
            });
            return StatusCode.Success;
        }
    }

    /// <param name="action">RACQA: 0 acquire, 1 preempt, 2 preempt and abort.</param>
    /// <param name="aborted">Done when no command of a host that was preempted with abort is at the store any more.</param>
    /// <exception cref="StoreException">It could not be stored.</exception>
    public StatusCode Acquire(Guid host, int action, ReservationType wanted, ulong key, ulong preemptKey, out Task aborted)
    {
        aborted = Task.CompletedTask;
        lock (gate)
        {
            if (wanted is ReservationType.None or > ReservationType.ExclusiveAccessAllRegistrants || action > 2)
                return StatusCode.InvalidField;
            if (state.Registrants.GetValueOrDefault(host)?.Key != key)
                return StatusCode.ReservationConflict;
            if (action != 0)
                return Preempt(host, wanted, preemptKey, isAborting: action == 2, ref aborted);
            if (state.Type != ReservationType.None && !(state.IsHeldBy(host) && state.Type == wanted))
                return StatusCode.ReservationConflict;
            Become(state with { Holder = host, Type = wanted });
            return StatusCode.Success;
        }
    }

    /// <param name="action">RRELA: 0 release, 1 clear.</param>
    /// <exception cref="StoreException">It could not be stored.</exception>
    public StatusCode Release(Guid host, int action, ReservationType released, ulong key)
    {
        lock (gate)
        {
            if (state.Registrants.GetValueOrDefault(host)?.Key != key)
                return StatusCode.ReservationConflict;
            if (action > 1)
                return StatusCode.InvalidField;
            if (action == 1)
            {
                Become(state.Free() with { Registrants = state.Registrants.Clear(), Generation = state.Generation + 1 });
                return StatusCode.Success;
            }
            if (!state.IsHeldBy(host))
                return StatusCode.Success;
            if (state.Type != released)
                return StatusCode.InvalidField;
            Become(state.Free());
            return StatusCode.Success;
        }
    }

    /// <summary>The extended Reservation Status data structure (figure 405), for hosts with identifiers of 128 bits.</summary>
    public byte[] Report()
    {
        var now = state;
        var bytes = new byte[HeaderBytes + (now.Registrants.Count * RegistrantBytes)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, now.Generation);
        bytes[4] = (byte)now.Type;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(5), (ushort)now.Registrants.Count);
        bytes[9] = (byte)(now.IsPersistent ? 1 : 0);
        var at = bytes.AsSpan(HeaderBytes);
        foreach (var (host, registrant) in now.Registrants)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(at, registrant.Controller);
            at[2] = (byte)(now.IsHeldBy(host) ? 1 : 0);
            BinaryPrimitives.WriteUInt64LittleEndian(at[8..], registrant.Key);
            host.TryWriteBytes(at[16..], bigEndian: true, out _);
            at = at[RegistrantBytes..];
        }
        return bytes;
    }

    private StatusCode Preempt(Guid host, ReservationType wanted, ulong preemptKey, bool isAborting, ref Task aborted)
    {
        var now = state;
        var isEverybody = now.HoldsAll && preemptKey == 0;
        var takesOver = now.HoldsAll
            ? preemptKey == 0
            : now.Type != ReservationType.None && now.Registrants.GetValueOrDefault(now.Holder)?.Key == preemptKey;
        var others = now.Registrants.Where(one => one.Key != host && (isEverybody || one.Value.Key == preemptKey)).Select(one => one.Key).ToList();
        if (!takesOver && others.Count == 0)
            return preemptKey == 0 ? StatusCode.InvalidField : StatusCode.ReservationConflict;
        var next = now with { Registrants = now.Registrants.RemoveRange(others), Generation = now.Generation + 1 };
        Become(takesOver ? next with { Holder = host, Type = wanted } : next);
        if (isAborting)
            aborted = Task.WhenAll(queues.Where(queue => others.Contains(queue.Host)).Select(queue => queue.AbortAsync()).ToArray());
        return StatusCode.Success;
    }

    private void Become(State next)
    {
        if (next.IsPersistent)
            keep(next.ToRecord());
        else if (state.IsPersistent)
            keep(null);
        state = next;
    }

    private sealed record Registrant(ulong Key, ushort Controller);

    private sealed record State(ImmutableDictionary<Guid, Registrant> Registrants, Guid Holder, ReservationType Type, uint Generation, bool IsPersistent)
    {
        public bool HoldsAll => Type is ReservationType.WriteExclusiveAllRegistrants or ReservationType.ExclusiveAccessAllRegistrants;

        public static State From(ReservationRecord? record) => record is null
            ? new State(ImmutableDictionary<Guid, Registrant>.Empty, Guid.Empty, ReservationType.None, 0, false)
            : new State(
                record.Registrants.ToImmutableDictionary(one => one.HostId, one => new Registrant(one.Key, NoController)),
                record.Holder, (ReservationType)record.Type, record.Generation, true);

        public ReservationRecord ToRecord() =>
            new(Generation, (byte)Type, Holder, [.. Registrants.Select(one => new RegistrantRecord(one.Key, one.Value.Key))]);

        public bool IsHeldBy(Guid host) => Type != ReservationType.None && (HoldsAll ? Registrants.ContainsKey(host) : Holder == host);

        public State Free() => this with { Holder = Guid.Empty, Type = ReservationType.None };

        public State Without(Guid host)
        {
            var rest = this with { Registrants = Registrants.Remove(host) };
            return IsHeldBy(host) && (!HoldsAll || rest.Registrants.IsEmpty) ? rest.Free() : rest;
        }
    }
}
