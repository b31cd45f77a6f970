namespace Lab.Protocols.Ipmi;

/// <summary>Network function codes of requests; a response's code is one more (IPMI 2.0 §5.1).</summary>
public static class IpmiNetFn
{
    public const byte App = 0x06;

    /// <summary>Body code 2Ch: the first data byte names the defining body (IPMI 2.0 table 5-1).</summary>
    public const byte GroupExtension = 0x2c;
    public const byte Max = 0x3f;
}

/// <summary>IPMI 2.0 §5.2.</summary>
public static class IpmiCompletion
{
    public const byte Success = 0x00;
    public const byte InvalidCommand = 0xc1;
    public const byte RequestLengthInvalid = 0xc7;
    public const byte RequestedDataNotPresent = 0xcb;
    public const byte InvalidField = 0xcc;
    public const byte Unspecified = 0xff;
}

/// <param name="Data">What follows the command byte.</param>
public sealed record IpmiRequest(byte NetFn, byte Lun, byte Command, ReadOnlyMemory<byte> Data);

/// <param name="Data">What follows the completion code; empty unless that is 0.</param>
public sealed record IpmiResponse(byte Completion, ReadOnlyMemory<byte> Data)
{
    public static IpmiResponse Error(byte completion) => new(completion, ReadOnlyMemory<byte>.Empty);
}
