using System.Text.RegularExpressions;
using Lab.Emulators.Faults;
using Lab.Protocols.Ipmi;

namespace Lab.Emulators.Bmc.Faults;

/// <summary>What a fault does to the requests it is for.</summary>
public enum FaultKind
{
    /// <summary>Answers <see cref="FaultRule.Status"/>, or over IPMI <see cref="FaultRule.Completion"/>, instead.</summary>
    Status,

    /// <summary>Waits <see cref="FaultRule.LatencyMs"/> ± <see cref="FaultRule.JitterMs"/> first.</summary>
    Latency,

    /// <summary>Ends the connection without an answer; over IPMI the request is lost.</summary>
    Drop,

    /// <summary>Answers what was answered the first time.</summary>
    Stale,

    /// <summary>Sets the administrator's password to <see cref="FaultRule.Password"/>, as a service visit does.</summary>
    PasswordReset,
}

/// <summary>One fault: which requests, what it does to them, and until when.</summary>
public sealed record FaultRule : FaultBounds
{
    private const string AnyPath = "/**";

    public required FaultKind Kind { get; init; }

    /// <summary>Name of the machine, with * for any text; null is every machine.</summary>
    public string? Machine { get; init; }

    /// <summary>
    /// IPMI commands it is for, as ipmitool's raw names them, "0x06 0x01" or "0x0a *" (see <see cref="IpmiPattern"/>); null is a fault of
    /// Redfish requests.
    /// </summary>
    public string? Ipmi { get; init; }

    /// <summary>Completion code over IPMI (IPMI 2.0 table 5-2).</summary>
    public string Completion { get; init; } = "0xc0";

    /// <summary>HTTP method; null is every method.</summary>
    public string? Method { get; init; }

    /// <summary>Glob of the path: * is any text within a segment, ** any text.</summary>
    public string Path { get; init; } = AnyPath;
    public int Status { get; init; } = 500;
    public int LatencyMs { get; init; }
    public int JitterMs { get; init; }
    public string? Password { get; init; }

    /// <summary>Acts in bursts: on the last <see cref="BurstLength"/> of every so many matching requests; null is on all.</summary>
    public int? BurstEvery { get; init; }
    public int BurstLength { get; init; } = 1;

    /// <exception cref="InvalidDataException">It says something that cannot be.</exception>
    public void Check()
    {
        if (Ipmi is not null)
            CheckIpmi(Ipmi);
        else if (Kind == FaultKind.Status && Status is < 400 or > 599)
            throw new InvalidDataException($"Status is 400 to 599, not {Status}");
        if (Kind == FaultKind.PasswordReset && string.IsNullOrEmpty(Password))
            throw new InvalidDataException("a fault of PasswordReset needs a Password");
        if (BurstEvery is { } every && (BurstLength < 1 || BurstLength > every))
            throw new InvalidDataException("BurstLength is 1 to BurstEvery");
        if (LatencyMs < 0 || JitterMs < 0)
            throw new InvalidDataException("LatencyMs and JitterMs are not negative");
        CheckBounds();
    }

    /// <summary>The completion code it answers with.</summary>
    internal byte CompletionCode => IpmiPattern.TryReadByte(Completion, out var code) && code != IpmiCompletion.Success
        ? code
        : throw new InvalidDataException($"Completion is 0x01 to 0xff, not {Completion}");

    internal bool IsFor(string machine, IpmiRequest request) =>
        Ipmi is not null && IsOf(machine) && IpmiPattern.Parse(Ipmi).IsFor(request);

    internal bool IsFor(string machine, string method, string path) =>
        Ipmi is null && IsOf(machine) && (Method is null || Method.Equals(method, StringComparison.OrdinalIgnoreCase)) && Glob(Path, path);

    private bool IsOf(string machine) => Machine is null || Glob(Machine, machine);

    private void CheckIpmi(string pattern)
    {
        IpmiPattern.Parse(pattern);
        _ = CompletionCode;
        if (Method is not null || Path != AnyPath)
            throw new InvalidDataException("Method and Path are of Redfish requests, Ipmi of others: one rule has not both");
    }

    private static bool Glob(string pattern, string text)
    {
        var expression = Regex.Escape(pattern).Replace(@"\*\*", ".*", StringComparison.Ordinal).Replace(@"\*", "[^/]*", StringComparison.Ordinal);
        return Regex.IsMatch(text, $"^{expression}$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
    }
}
