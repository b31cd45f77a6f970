using System.Buffers.Binary;
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

/// <summary>
/// Registrations and the reservation of one namespace, told apart by host identifier: fencing. They last as long as the target's process
/// (PTPL is not offered).
/// </summary>
internal sealed class Reservations
{
    /// <summary>RESCAP: every type.</summary>
    public const byte Capabilities = 0x7e;

    public const int ReportBytesMax = 64 + (RegistrantsMax * RegistrantBytes);

    private const int RegistrantsMax = 256;
    private const int RegistrantBytes = 64;

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, Registrant> registrants = [];
    private Guid holder;
    private ReservationType type;
    private uint generation;

    private bool HoldsAll => type is ReservationType.WriteExclusiveAllRegistrants or ReservationType.ExclusiveAccessAllRegistrants;

    public bool MayRead(Guid host)
    {
        lock (gate)
            return type switch
            {
                ReservationType.ExclusiveAccess => host == holder,
                ReservationType.ExclusiveAccessRegistrants or ReservationType.ExclusiveAccessAllRegistrants => registrants.ContainsKey(host),
                _ => true,
            };
    }

    public bool MayWrite(Guid host)
    {
        lock (gate)
            return type switch
            {
                ReservationType.None => true,
                ReservationType.WriteExclusive or ReservationType.ExclusiveAccess => host == holder,
                _ => registrants.ContainsKey(host),
            };
    }

    /// <param name="action">RREGA: 0 register, 1 unregister, 2 replace.</param>
    public StatusCode Register(Guid host, ushort controller, int action, bool ignoresKey, ulong currentKey, ulong newKey)
    {
        lock (gate)
        {
            var known = registrants.GetValueOrDefault(host);
            if (action == 0 && known is null)
            {
                if (registrants.Count >= RegistrantsMax)
                    return StatusCode.InternalError;
                registrants[host] = new Registrant(newKey, controller);
            }
            else if (action == 0)
                return known!.Key == newKey ? StatusCode.Success : StatusCode.ReservationConflict;
            else if (known is null || (!ignoresKey && known.Key != currentKey))
                return StatusCode.ReservationConflict;
            else if (action == 1)
                Unregister(host);
            else if (action == 2)
                registrants[host] = known with { Key = newKey };
            else
                return StatusCode.InvalidField;
            generation++;
            return StatusCode.Success;
        }
    }

    /// <param name="action">RACQA: 0 acquire, 1 preempt, 2 preempt and abort.</param>
    /// <param name="preempted">Hosts that lost their registration.</param>
    public StatusCode Acquire(Guid host, int action, ReservationType wanted, ulong key, ulong preemptKey, out IReadOnlyList<Guid> preempted)
    {
        preempted = [];
        lock (gate)
        {
            if (wanted is ReservationType.None or > ReservationType.ExclusiveAccessAllRegistrants || action > 2)
                return StatusCode.InvalidField;
            if (registrants.GetValueOrDefault(host)?.Key != key)
                return StatusCode.ReservationConflict;
            if (action == 0)
            {
                var isHolder = type != ReservationType.None && (HoldsAll || holder == host);
                if (type != ReservationType.None && !(isHolder && type == wanted))
                    return StatusCode.ReservationConflict;
                (holder, type) = (host, wanted);
                return StatusCode.Success;
            }
            return Preempt(host, wanted, preemptKey, out preempted);
        }
    }

    /// <param name="action">RRELA: 0 release, 1 clear.</param>
    public StatusCode Release(Guid host, int action, ReservationType released, ulong key)
    {
        lock (gate)
        {
            if (registrants.GetValueOrDefault(host)?.Key != key)
                return StatusCode.ReservationConflict;
            if (action == 1)
            {
                registrants.Clear();
                Free();
                generation++;
                return StatusCode.Success;
            }
            if (action != 0)
                return StatusCode.InvalidField;
            if (type == ReservationType.None || (!HoldsAll && holder != host))
                return StatusCode.Success;
            if (type != released)
                return StatusCode.InvalidField;
            Free();
            return StatusCode.Success;
        }
    }

    /// <summary>The extended Reservation Status data structure (figure 405), for hosts with identifiers of 128 bits.</summary>
    public byte[] Report()
    {
        lock (gate)
        {
            var bytes = new byte[64 + (registrants.Count * RegistrantBytes)];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, generation);
            bytes[4] = (byte)type;
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(5), (ushort)registrants.Count);
            var at = bytes.AsSpan(64);
            foreach (var (host, registrant) in registrants)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(at, registrant.Controller);
                at[2] = (byte)(type != ReservationType.None && (HoldsAll || host == holder) ? 1 : 0);
                BinaryPrimitives.WriteUInt64LittleEndian(at[8..], registrant.Key);
                host.TryWriteBytes(at[16..], bigEndian: true, out _);
                at = at[RegistrantBytes..];
            }
            return bytes;
        }
    }

    private StatusCode Preempt(Guid host, ReservationType wanted, ulong preemptKey, out IReadOnlyList<Guid> preempted)
    {
        preempted = [];
        var takesOver = type != ReservationType.None
            && (HoldsAll ? preemptKey == 0 : registrants.GetValueOrDefault(holder)?.Key == preemptKey);
        var others = registrants.Where(one => one.Key != host && (one.Value.Key == preemptKey || (HoldsAll && preemptKey == 0))).Select(one => one.Key).ToList();
        if (!takesOver && others.Count == 0)
            return preemptKey == 0 ? StatusCode.InvalidField : StatusCode.ReservationConflict;
        foreach (var other in others)
            registrants.Remove(other);
        if (takesOver)
            (holder, type) = (host, wanted);
        generation++;
        preempted = others;
        return StatusCode.Success;
    }

    private void Unregister(Guid host)
    {
        registrants.Remove(host);
        if (type != ReservationType.None && (HoldsAll ? registrants.Count == 0 : holder == host))
            Free();
    }

    private void Free() => (holder, type) = (Guid.Empty, ReservationType.None);

    private sealed record Registrant(ulong Key, ushort Controller);
}
