namespace Lab.Protocols.Ipmi.Lan;

/// <summary>An IPMI message as LAN channels carry it, with addresses and two checksums (IPMI 2.0 §13.8, figure 13-4).</summary>
/// <param name="To">Slave address, or software id, of the receiver (20h is the BMC).</param>
/// <param name="From">Slave address, or software id, of the sender (81h is a remote console).</param>
/// <param name="Sequence">Six bits, chosen by the requester and repeated by the responder.</param>
/// <param name="Data">What follows the command byte; in a response the completion code comes first.</param>
public sealed record LanMessage(
    byte To, byte NetFn, byte ToLun, byte From, byte Sequence, byte FromLun, byte Command, ReadOnlyMemory<byte> Data)
{
    public const byte BmcAddress = 0x20;
    public const byte ConsoleAddress = 0x81;

    private const int HeaderBytes = 6;
    private const int Overhead = HeaderBytes + 1;

    public bool IsRequest => (NetFn & 1) == 0;

    public IpmiRequest ToRequest() => new(NetFn, ToLun, Command, Data);

    /// <summary>The answer to this request.</summary>
    public LanMessage Answer(IpmiResponse response) =>
        new(From, (byte)(NetFn | 1), FromLun, To, Sequence, ToLun, Command, (byte[])[response.Completion, .. response.Data.Span]);

    /// <exception cref="InvalidDataException">This is no response.</exception>
    public IpmiResponse ToResponse() => IsRequest || Data.IsEmpty
        ? throw new InvalidDataException("not an IPMI response")
        : new IpmiResponse(Data.Span[0], Data[1..]);

    public static LanMessage Request(byte sequence, IpmiRequest request) =>
        new(BmcAddress, request.NetFn, request.Lun, ConsoleAddress, sequence, 0, request.Command, request.Data);

    public static bool TryRead(ReadOnlySpan<byte> bytes, out LanMessage? message)
    {
        message = null;
        if (bytes.Length < Overhead || !IpmiChecksum.Holds(bytes[..3]) || !IpmiChecksum.Holds(bytes[3..]))
            return false;
        message = new LanMessage(
            bytes[0], (byte)(bytes[1] >> 2), (byte)(bytes[1] & 3), bytes[3], (byte)(bytes[4] >> 2), (byte)(bytes[4] & 3), bytes[5],
            bytes[HeaderBytes..^1].ToArray());
        return true;
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[Overhead + Data.Length];
        bytes[0] = To;
        bytes[1] = (byte)((NetFn << 2) | ToLun);
        bytes[2] = IpmiChecksum.Of(bytes.AsSpan(0, 2));
        bytes[3] = From;
        bytes[4] = (byte)((Sequence << 2) | FromLun);
        bytes[5] = Command;
        Data.CopyTo(bytes.AsMemory(HeaderBytes));
        bytes[^1] = IpmiChecksum.Of(bytes.AsSpan(3, bytes.Length - 4));
        return bytes;
    }
}
