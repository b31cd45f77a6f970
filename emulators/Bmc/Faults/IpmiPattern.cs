using System.Globalization;
using Lab.Protocols.Ipmi;

namespace Lab.Emulators.Bmc.Faults;

/// <summary>
/// Which IPMI commands a fault is for: network function and command as ipmitool's raw takes them, "0x06 0x01" or "6 1"; * is any, alone
/// any of both.
/// </summary>
/// <param name="NetFn">Of requests, so even (IPMI 2.0 §5.1); null is any.</param>
/// <param name="Command">Null is any.</param>
internal readonly record struct IpmiPattern(byte? NetFn, byte? Command)
{
    private const string Any = "*";

    /// <exception cref="InvalidDataException">It is no pattern.</exception>
    internal static IpmiPattern Parse(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
    {
        [Any] => new IpmiPattern(null, null),
        [var netFn, var command]
            when TryReadPart(netFn, out var function) && TryReadPart(command, out var code) && function is null or <= IpmiNetFn.Max && (function & 1) is null or 0 =>
            new IpmiPattern(function, code),
        _ => throw new InvalidDataException($"Ipmi is \"<even network function> <command>\", such as \"0x06 0x01\", or *, not \"{text}\""),
    };

    internal bool IsFor(IpmiRequest request) =>
        (NetFn is null || NetFn == request.NetFn) && (Command is null || Command == request.Command);

    /// <summary>A byte, decimal or with 0x in front.</summary>
    internal static bool TryReadByte(string text, out byte value) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? byte.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
        : byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static bool TryReadPart(string text, out byte? value)
    {
        value = TryReadByte(text, out var known) ? known : null;
        return value is not null || text == Any;
    }
}
