using System.Buffers.Binary;

namespace Lab.Protocols.Ipmi.Lan;

/// <summary>Status codes of Open Session and RAKP messages (IPMI 2.0 table 13-15).</summary>
public enum RmcpPlusStatus : byte
{
    NoErrors = 0x00,
    InsufficientResources = 0x01,
    InvalidSessionId = 0x02,
    InvalidPayloadType = 0x03,
    InvalidAuthenticationAlgorithm = 0x04,
    InvalidIntegrityAlgorithm = 0x05,
    InactiveSessionId = 0x08,
    InvalidRole = 0x09,
    UnauthorizedRole = 0x0a,
    InvalidNameLength = 0x0c,
    UnauthorizedName = 0x0d,
    InvalidIntegrityCheckValue = 0x0f,
    InvalidConfidentialityAlgorithm = 0x10,
    NoCipherSuiteMatch = 0x11,
    IllegalParameter = 0x12,
}

/// <summary>RMCP+ Open Session Request (IPMI 2.0 table 13-9).</summary>
/// <param name="Privilege">Highest level asked for; <see cref="IpmiPrivilege.None"/> asks for the highest the suite allows.</param>
public sealed record OpenSessionRequest(
    byte Tag,
    IpmiPrivilege Privilege,
    uint ConsoleSessionId,
    AuthenticationAlgorithm Authentication,
    IntegrityAlgorithm Integrity,
    ConfidentialityAlgorithm Confidentiality)
{
    internal const int Bytes = 32;

    public static bool TryRead(ReadOnlySpan<byte> payload, out OpenSessionRequest? request)
    {
        request = null;
        if (payload.Length != Bytes)
            return false;
        if (!AlgorithmPayload.TryRead(payload[8..], 0, out var authentication)
            || !AlgorithmPayload.TryRead(payload[16..], 1, out var integrity)
            || !AlgorithmPayload.TryRead(payload[24..], 2, out var confidentiality))
            return false;
        request = new OpenSessionRequest(
            payload[0], (IpmiPrivilege)(payload[1] & 0x0f), BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]),
            (AuthenticationAlgorithm)authentication, (IntegrityAlgorithm)integrity, (ConfidentialityAlgorithm)confidentiality);
        return true;
    }

    public byte[] ToBytes()
    {
        var payload = new byte[Bytes];
        payload[0] = Tag;
        payload[1] = (byte)Privilege;
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(4), ConsoleSessionId);
        AlgorithmPayload.Write(payload.AsSpan(8), 0, (byte)Authentication);
        AlgorithmPayload.Write(payload.AsSpan(16), 1, (byte)Integrity);
        AlgorithmPayload.Write(payload.AsSpan(24), 2, (byte)Confidentiality);
        return payload;
    }
}

/// <summary>RMCP+ Open Session Response (IPMI 2.0 table 13-10). With an error it ends after the console's session id.</summary>
public sealed record OpenSessionResponse(
    byte Tag, RmcpPlusStatus Status, IpmiPrivilege Privilege, uint ConsoleSessionId, uint BmcSessionId, CipherSuite? Suite)
{
    private const int Bytes = 36;
    private const int ErrorBytes = 8;

    public static OpenSessionResponse Error(OpenSessionRequest request, RmcpPlusStatus status) =>
        new(request.Tag, status, IpmiPrivilege.None, request.ConsoleSessionId, 0, null);

    public static bool TryRead(ReadOnlySpan<byte> payload, out OpenSessionResponse? response)
    {
        response = null;
        if (payload.Length < ErrorBytes)
            return false;
        var console = BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]);
        var (tag, status, privilege) = (payload[0], (RmcpPlusStatus)payload[1], (IpmiPrivilege)(payload[2] & 0x0f));
        if (status != RmcpPlusStatus.NoErrors)
        {
            response = new OpenSessionResponse(tag, status, privilege, console, 0, null);
            return true;
        }
        if (payload.Length != Bytes
            || !AlgorithmPayload.TryRead(payload[12..], 0, out var authentication)
            || !AlgorithmPayload.TryRead(payload[20..], 1, out var integrity)
            || !AlgorithmPayload.TryRead(payload[28..], 2, out var confidentiality))
            return false;
        var suite = CipherSuite.Find(
            (AuthenticationAlgorithm)authentication, (IntegrityAlgorithm)integrity, (ConfidentialityAlgorithm)confidentiality);
        response = new OpenSessionResponse(
            tag, status, privilege, console, BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]), suite);
        return suite is not null;
    }

    public byte[] ToBytes()
    {
        var payload = new byte[Suite is null ? ErrorBytes : Bytes];
        (payload[0], payload[1], payload[2]) = (Tag, (byte)Status, (byte)Privilege);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(4), ConsoleSessionId);
        if (Suite is null)
            return payload;
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(8), BmcSessionId);
        AlgorithmPayload.Write(payload.AsSpan(12), 0, (byte)Suite.Authentication);
        AlgorithmPayload.Write(payload.AsSpan(20), 1, (byte)Suite.Integrity);
        AlgorithmPayload.Write(payload.AsSpan(28), 2, (byte)Suite.Confidentiality);
        return payload;
    }
}

/// <summary>One of the three algorithm proposals: type, reserved, length 8, algorithm, reserved.</summary>
internal static class AlgorithmPayload
{
    private const byte Length = 8;
    private const byte AlgorithmMask = 0x3f;

    internal static bool TryRead(ReadOnlySpan<byte> bytes, byte type, out byte algorithm)
    {
        algorithm = (byte)(bytes[4] & AlgorithmMask);
        // A length of 0 leaves the choice to the BMC ("null" payload), which no client of suites 3 and 17 does.
        return bytes[0] == type && bytes[3] == Length;
    }

    internal static void Write(Span<byte> bytes, byte type, byte algorithm) => (bytes[0], bytes[3], bytes[4]) = (type, Length, algorithm);
}
