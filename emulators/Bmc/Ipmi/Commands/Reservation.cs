using System.Buffers.Binary;
using Lab.Protocols.Ipmi;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>The reservation of a repository: the newest holds, a change of the content ends it (IPMI 2.0 §31.4, §33.11).</summary>
internal sealed class Reservation
{
    private readonly Lock gate = new();
    private ushort number;
    private bool isHeld;

    internal IpmiResponse Reserve()
    {
        lock (gate)
        {
            // 0 is no reservation.
            number = number == ushort.MaxValue ? (ushort)1 : (ushort)(number + 1);
            isHeld = true;
            return IpmiResponse.Of((byte)number, (byte)(number >> 8));
        }
    }

    internal void Cancel()
    {
        lock (gate)
            isHeld = false;
    }

    /// <param name="id">Two bytes of a request.</param>
    internal bool Holds(ReadOnlySpan<byte> id)
    {
        lock (gate)
            return isHeld && BinaryPrimitives.ReadUInt16LittleEndian(id) == number;
    }
}
