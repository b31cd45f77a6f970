namespace Lab.Protocols.Nbd;

/// <summary>
/// Numbers of the NBD protocol, https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md. All fields are big-endian.
/// </summary>
public static class NbdProtocol
{
    public const int DefaultPort = 10809;

    /// <summary>"NBDMAGIC".</summary>
    public const ulong InitMagic = 0x4e42444d41474943;

    /// <summary>"IHAVEOPT": second magic of the greeting, and first field of every option.</summary>
    public const ulong OptionMagic = 0x49484156454f5054;

    public const ulong OptionReplyMagic = 0x0003e889045565a9;
    public const uint RequestMagic = 0x25609513;
    public const uint SimpleReplyMagic = 0x67446698;
    public const uint StructuredReplyMagic = 0x668e33ef;

    /// <summary>The one metadata context that the specification itself defines ("Metadata querying").</summary>
    public const string BaseAllocation = "base:allocation";
}

/// <summary>What this implementation accepts from the other side.</summary>
public static class NbdLimits
{
    /// <summary>Bytes of the data of one option.</summary>
    public const int OptionBytesMax = 64 * 1024;

    /// <summary>Options in one negotiation.</summary>
    public const int OptionsMax = 256;

    /// <summary>Bytes of an export name or a metadata context name ("Terminology": strings).</summary>
    public const int StringBytesMax = 4096;

    /// <summary>Queries in one LIST_META_CONTEXT or SET_META_CONTEXT.</summary>
    public const int QueriesMax = 64;

    /// <summary>Bytes of one read or write; the size that every client may expect to work ("Size constraints").</summary>
    public const int PayloadBytesMax = 32 * 1024 * 1024;

    /// <summary>Extents in one block status reply.</summary>
    public const int ExtentsMax = 4096;
}

/// <summary>Handshake flags of the server's greeting.</summary>
[Flags]
public enum NbdServerFlags : ushort
{
    None = 0,
    FixedNewstyle = 1,
    NoZeroes = 2,
}

/// <summary>The client's answer to <see cref="NbdServerFlags"/>.</summary>
[Flags]
public enum NbdClientFlags : uint
{
    None = 0,
    FixedNewstyle = 1,
    NoZeroes = 2,
}

/// <summary>"Transmission flags" of an export.</summary>
[Flags]
public enum NbdExportFlags : ushort
{
    None = 0,
    HasFlags = 1 << 0,
    ReadOnly = 1 << 1,
    SendFlush = 1 << 2,
    SendFua = 1 << 3,
    Rotational = 1 << 4,
    SendTrim = 1 << 5,
    SendWriteZeroes = 1 << 6,
    SendDf = 1 << 7,
    CanMultiConn = 1 << 8,
    SendResize = 1 << 9,
    SendCache = 1 << 10,
    SendFastZero = 1 << 11,
}

/// <summary>"Option types".</summary>
public enum NbdOption : uint
{
    ExportName = 1,
    Abort = 2,
    List = 3,
    StartTls = 5,
    Info = 6,
    Go = 7,
    StructuredReply = 8,
    ListMetaContext = 9,
    SetMetaContext = 10,
    ExtendedHeaders = 11,
}

/// <summary>"Option reply types"; errors have bit 31 set.</summary>
public enum NbdOptionReply : uint
{
    Ack = 1,
    Server = 2,
    Info = 3,
    MetaContext = 4,
    ErrUnsupported = 0x80000001,
    ErrPolicy = 0x80000002,
    ErrInvalid = 0x80000003,
    ErrPlatform = 0x80000004,
    ErrTlsRequired = 0x80000005,
    ErrUnknown = 0x80000006,
    ErrShutdown = 0x80000007,
    ErrBlockSizeRequired = 0x80000008,
    ErrTooBig = 0x80000009,
}

/// <summary>Information types of INFO and GO.</summary>
public enum NbdInfo : ushort
{
    Export = 0,
    Name = 1,
    Description = 2,
    BlockSize = 3,
}

/// <summary>"Request types".</summary>
public enum NbdCommand : ushort
{
    Read = 0,
    Write = 1,
    Disconnect = 2,
    Flush = 3,
    Trim = 4,
    Cache = 5,
    WriteZeroes = 6,
    BlockStatus = 7,
    Resize = 8,
}

/// <summary>"Command flags".</summary>
[Flags]
public enum NbdCommandFlags : ushort
{
    None = 0,
    Fua = 1 << 0,
    NoHole = 1 << 1,
    DontFragment = 1 << 2,
    ReqOne = 1 << 3,
    FastZero = 1 << 4,
}

/// <summary>"Structured reply types"; errors have bit 15 set.</summary>
public enum NbdChunkType : ushort
{
    None = 0,
    OffsetData = 1,
    OffsetHole = 2,
    BlockStatus = 5,
    Error = 32769,
    ErrorOffset = 32770,
}

/// <summary>"Structured reply flags".</summary>
[Flags]
public enum NbdChunkFlags : ushort
{
    None = 0,
    Done = 1,
}

/// <summary>"Error values".</summary>
public enum NbdError : uint
{
    None = 0,
    NotPermitted = 1,
    Io = 5,
    NoMemory = 12,
    Invalid = 22,
    NoSpace = 28,
    Overflow = 75,
    NotSupported = 95,
    Shutdown = 108,
}

/// <summary>Flags of an extent in the base:allocation context.</summary>
[Flags]
public enum NbdExtentState : uint
{
    Data = 0,
    Hole = 1,
    Zero = 2,
}
