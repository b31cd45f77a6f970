using System.Buffers.Binary;

namespace Lab.Protocols.VhostUser;

/// <summary>Front-end requests (vhost-user specification, "Front-end message types").</summary>
public enum VhostUserRequest : uint
{
    GetFeatures = 1,
    SetFeatures = 2,
    SetOwner = 3,
    ResetOwner = 4,
    SetMemoryTable = 5,
    SetVringNum = 8,
    SetVringAddress = 9,
    SetVringBase = 10,
    GetVringBase = 11,
    SetVringKick = 12,
    SetVringCall = 13,
    SetVringError = 14,
    GetProtocolFeatures = 15,
    SetProtocolFeatures = 16,
    GetQueueNum = 17,
    SetVringEnable = 18,
    SetBackendRequestFd = 21,
    GetConfig = 24,
    SetConfig = 25,
    GetInflightFd = 31,
    SetInflightFd = 32,
    ResetDevice = 34,
}

/// <summary>Back-end requests ("Back-end message types").</summary>
public enum VhostUserBackendRequest : uint
{
    ConfigChange = 2,
}

/// <summary>Features of the protocol, as bits ("Protocol features").</summary>
[Flags]
public enum VhostUserProtocolFeatures : ulong
{
    None = 0,
    MultiQueue = 1 << 0,
    ReplyAck = 1 << 3,
    BackendRequest = 1 << 5,
    Config = 1 << 9,
    InflightShm = 1 << 12,
    ResetDevice = 1 << 13,
}

/// <summary>The header of every message: request, flags, bytes of payload. All numbers are of the machine's own order.</summary>
public readonly record struct VhostUserHeader(uint Request, uint Flags, uint Size)
{
    public const int Bytes = 12;
    public const uint Version = 1;
    public const uint Reply = 1 << 2;
    public const uint NeedsReply = 1 << 3;
    private const uint VersionMask = 3;

    public bool IsVersion1 => (Flags & VersionMask) == Version;

    public bool WantsAck => (Flags & NeedsReply) != 0;

    public static VhostUserHeader Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Request);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], Flags);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], Size);
    }
}
