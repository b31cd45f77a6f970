using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.Faults;

/// <summary>A bit of a data PDU that is to be wrong.</summary>
/// <param name="Place">From 0 to 1, of the part.</param>
internal readonly record struct PduCorruption(PduPart Part, double Place)
{
    private const int BitsOfByte = 8;

    /// <param name="header">Of a PDU whose digests are made already.</param>
    public void Apply(Span<byte> header, Span<byte> data)
    {
        var part = Part == PduPart.Header ? header[PduHeader.Size..ControllerPdus.DataHeaderSize] : data;
        var bit = (long)(Place * part.Length * BitsOfByte);
        part[(int)(bit / BitsOfByte)] ^= (byte)(1 << (int)(bit % BitsOfByte));
    }
}
