namespace Lab.Protocols.Ipmi;

/// <summary>Network function codes of requests; a response's code is one more (IPMI 2.0 §5.1).</summary>
public static class IpmiNetFn
{
    public const byte Chassis = 0x00;
    public const byte SensorEvent = 0x04;
    public const byte App = 0x06;
    public const byte Storage = 0x0a;
    public const byte Transport = 0x0c;

    /// <summary>Body code 2Ch: the first data byte names the defining body (IPMI 2.0 table 5-1).</summary>
    public const byte GroupExtension = 0x2c;
    public const byte Max = 0x3f;
}

/// <summary>IPMI 2.0 §5.2, table 5-2.</summary>
public static class IpmiCompletion
{
    public const byte Success = 0x00;
    public const byte NodeBusy = 0xc0;
    public const byte InvalidCommand = 0xc1;
    public const byte InvalidForLun = 0xc2;
    public const byte OutOfSpace = 0xc4;
    public const byte ReservationInvalid = 0xc5;
    public const byte RequestLengthInvalid = 0xc7;
    public const byte RequestLengthExceeded = 0xc8;
    public const byte ParameterOutOfRange = 0xc9;
    public const byte CannotReturnRequestedBytes = 0xca;
    public const byte RequestedDataNotPresent = 0xcb;
    public const byte InvalidField = 0xcc;
    public const byte IllegalForRecord = 0xcd;
    public const byte DestinationUnavailable = 0xd3;
    public const byte InsufficientPrivilege = 0xd4;
    public const byte NotSupportedInState = 0xd5;
    public const byte Unspecified = 0xff;

    /// <summary>Get and Set of parameter tables: the parameter is not supported.</summary>
    public const byte ParameterNotSupported = 0x80;

    /// <summary>Set of parameter tables: set-in-progress is claimed already.</summary>
    public const byte SetInProgress = 0x81;

    /// <summary>Set of parameter tables: the parameter is read-only.</summary>
    public const byte ReadOnlyParameter = 0x82;
}

/// <param name="Data">What follows the command byte.</param>
public sealed record IpmiRequest(byte NetFn, byte Lun, byte Command, ReadOnlyMemory<byte> Data);

/// <param name="Data">What follows the completion code; empty unless that is 0.</param>
public sealed record IpmiResponse(byte Completion, ReadOnlyMemory<byte> Data)
{
    /// <summary>Completion code 0 and nothing more.</summary>
    public static IpmiResponse Done { get; } = new(IpmiCompletion.Success, ReadOnlyMemory<byte>.Empty);

    public static IpmiResponse Error(byte completion) => new(completion, ReadOnlyMemory<byte>.Empty);

    public static IpmiResponse Of(params ReadOnlySpan<byte> data) => new(IpmiCompletion.Success, data.ToArray());
}
