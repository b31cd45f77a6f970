namespace Lab.Protocols.NvmeTcp;

/// <summary>An I/O command before it is bytes.</summary>
public struct IoCommand
{
    public byte Opcode { get; set; }
    public ushort CommandId { get; set; }
    public uint Nsid { get; set; }
    public ulong FirstBlock { get; set; }
    public uint Blocks { get; set; }
    public int DataLength { get; set; }
    public bool IsDataInCapsule { get; set; }
}

/// <summary>What of a received PDU matters to an I/O queue.</summary>
public struct IncomingPdu
{
    public PduType Type { get; set; }
    public ushort CommandId { get; set; }

    /// <summary>Status field of the completion without its phase tag.</summary>
    public ushort Status { get; set; }
    public bool IsLast { get; set; }
    public bool IsSuccess { get; set; }
    public uint DataOffset { get; set; }
    public uint DataLength { get; set; }
    public ushort TransferTag { get; set; }
    public int FatalErrorStatus { get; set; }
}

/// <summary>The other side does not keep to NVMe/TCP: the connection cannot go on.</summary>
/// <param name="error">What a termination request tells it.</param>
public sealed class PduException(FatalError error, string message) : IOException(message)
{
    public FatalError Error => error;
}
