using System.Net;
using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Lan;

namespace Lab.Emulators.Bmc.Ipmi.Sessions;

/// <summary>One open session: its keys, sequence numbers, privilege and idle time.</summary>
/// <param name="handle">Slot number that Get Session Info tells (IPMI 2.0 §22.20), from 1.</param>
/// <param name="consoleId">The session id of the remote console, which packets to it carry.</param>
/// <param name="limit">Highest level Set Session Privilege Level may choose.</param>
public sealed class LanSession(
    uint id, uint consoleId, byte handle, SessionKeys keys, IpmiUser user, IpmiPrivilege limit, EndPoint remote, TimeProvider time, FillRandom fillRandom)
{
    private const int InitialisationVectorBytes = 16;

    private readonly SessionCipher cipher = new(keys);
    private readonly SequenceWindow inbound = new();
    private readonly HashSet<(byte Sequence, byte NetFn, byte Command)> working = [];
    private readonly Lock gate = new();
    private uint outbound;
    private long lastUse = time.GetTimestamp();

    public uint Id => id;
    public uint ConsoleId => consoleId;
    public byte Handle => handle;
    public int UserId => user.Id;
    public string UserName => user.Name;
    public IpmiPrivilege Limit => limit;

    /// <summary>A session starts at User, or below where its limit is (IPMI 2.0 §22.18).</summary>
    public IpmiPrivilege Privilege { get; set; } = (IpmiPrivilege)Math.Min((byte)limit, (byte)IpmiPrivilege.User);

    /// <summary>Where its last packet came from.</summary>
    public EndPoint Remote { get; private set; } = remote;

    /// <summary>Nothing was heard in the session since it was opened.</summary>
    public bool IsUnused { get; private set; } = true;

    public bool IsExpired => time.GetElapsedTime(Interlocked.Read(ref lastUse)) > SessionLimits.InactivityTime;

    /// <summary>
    /// The payload of a packet in this session. A packet that is not encrypted and authenticated, was seen before or is out of the
    /// window of sequence numbers is not opened and changes nothing.
    /// </summary>
    public bool TryOpen(RmcpPlusPacket packet, EndPoint from, out byte[] payload)
    {
        // The code is checked first: only the peer may move the window.
        if (!cipher.TryOpen(packet, out payload))
            return false;
        lock (gate)
        {
            if (!inbound.TryTake(packet.Sequence))
                return false;
            Remote = from;
            IsUnused = false;
        }
        Interlocked.Exchange(ref lastUse, time.GetTimestamp());
        return true;
    }

    /// <summary>A datagram to the console.</summary>
    public byte[] Seal(PayloadType type, ReadOnlySpan<byte> payload)
    {
        Span<byte> vector = stackalloc byte[InitialisationVectorBytes];
        fillRandom(vector);
        uint sequence;
        lock (gate)
            sequence = outbound = SequenceWindow.Next(outbound);
        return cipher.Seal(type, consoleId, sequence, payload, vector);
    }

    /// <summary>Notes a request as being worked on. A repeated one, which a console sends when the answer is slow, is no new request.</summary>
    public RequestAdmission Admit(LanMessage request)
    {
        lock (gate)
        {
            if (working.Contains(KeyOf(request)))
                return RequestAdmission.Repeated;
            if (working.Count >= SessionLimits.RequestsMax)
                return RequestAdmission.Busy;
            working.Add(KeyOf(request));
            return RequestAdmission.Admitted;
        }
    }

    public void Finish(LanMessage request)
    {
        lock (gate)
            working.Remove(KeyOf(request));
    }

    private static (byte Sequence, byte NetFn, byte Command) KeyOf(LanMessage request) => (request.Sequence, request.NetFn, request.Command);
}

public enum RequestAdmission { Admitted, Repeated, Busy }
