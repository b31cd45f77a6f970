namespace Lab.Protocols.NvmeTcp;

/// <summary>
/// Status field of a completion without its phase tag: status code, its type in bits 8 to 10, Do Not Retry in bit 14 (NVMe base
/// specification 2.0 §3.3.3.2.1). What asking again cannot mend has that bit set.
/// </summary>
public enum StatusCode : ushort
{
    Success = 0,
    InvalidOpcode = 0x4001,
    InvalidField = 0x4002,
    CommandIdConflict = 0x0003,
    DataTransferError = 0x4004,
    TransientTransportError = 0x0022,
    InternalError = 0x0006,
    AbortRequested = 0x0007,
    AbortedQueueDeleted = 0x0008,
    InvalidNamespace = 0x400b,
    CommandSequenceError = 0x400c,
    InvalidSglDescriptor = 0x400d,
    SglLengthInvalid = 0x400f,
    HostIdInconsistent = 0x4018,
    AbortedByPreemption = 0x001b,
    NamespaceWriteProtected = 0x4020,
    KeepAliveExpired = 0x4019,
    LbaOutOfRange = 0x4080,
    CapacityExceeded = 0x4081,
    NamespaceNotReady = 0x0082,
    ReservationConflict = 0x4083,
    InvalidLogPage = 0x4109,
    FeatureNotChangeable = 0x410e,
    AsynchronousEventLimitExceeded = 0x4105,
    ConnectIncompatibleFormat = 0x4180,
    ConnectControllerBusy = 0x0181,
    ConnectInvalidParameters = 0x4182,
    ConnectInvalidHost = 0x4184,
    AuthenticationRequired = 0x4191,
    WriteFault = 0x4280,
    UnrecoveredReadError = 0x4281,
    CompareFailure = 0x4285,
    AnaInaccessible = 0x0302,
}

/// <summary>Admin, fabrics and NVM commands (base specification 2.0 figure 138, NVM command set specification figure 19).</summary>
public static class Opcode
{
    public const byte GetLogPage = 0x02;
    public const byte Identify = 0x06;
    public const byte Abort = 0x08;
    public const byte SetFeatures = 0x09;
    public const byte GetFeatures = 0x0a;
    public const byte AsynchronousEventRequest = 0x0c;
    public const byte KeepAlive = 0x18;
    public const byte Fabrics = 0x7f;

    public const byte Flush = 0x00;
    public const byte Write = 0x01;
    public const byte Read = 0x02;
    public const byte Compare = 0x05;
    public const byte WriteZeroes = 0x08;
    public const byte DatasetManagement = 0x09;
    public const byte ReservationRegister = 0x0d;
    public const byte ReservationReport = 0x0e;
    public const byte ReservationAcquire = 0x11;
    public const byte ReservationRelease = 0x15;
}

/// <summary>Types of the Fabrics command.</summary>
public static class FabricsType
{
    public const byte PropertySet = 0x00;
    public const byte Connect = 0x01;
    public const byte PropertyGet = 0x04;
    public const byte AuthenticationSend = 0x05;
    public const byte AuthenticationReceive = 0x06;
}
