using Lab.Emulators.Bmc.Ipmi.Sessions;
using Lab.Protocols.Ipmi;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>A request and how it came in.</summary>
/// <param name="Channel"><see cref="IpmiChannel.Lan"/> or <see cref="IpmiChannel.SystemInterface"/>.</param>
/// <param name="Session">Null outside a session: on the system interface, and for the requests that lead to a login.</param>
public sealed record IpmiCall(IpmiRequest Request, byte Channel, LanSession? Session)
{
    /// <summary>What follows the command byte.</summary>
    public ReadOnlySpan<byte> Data => Request.Data.Span;

    /// <summary>The system interface belongs to the host itself and may do everything.</summary>
    public IpmiPrivilege Privilege => Channel == IpmiChannel.SystemInterface
        ? IpmiPrivilege.Administrator
        : Session?.Privilege ?? IpmiPrivilege.None;
}

public delegate ValueTask<IpmiResponse> IpmiHandler(IpmiCall call, CancellationToken token);

/// <summary>One row of the command table.</summary>
/// <param name="Privilege">Least level that may (IPMI 2.0 appendix G); <see cref="IpmiPrivilege.None"/> needs no session.</param>
/// <param name="LengthMin">Fewest bytes of data.</param>
/// <param name="LengthMax">Most bytes of data.</param>
public sealed record IpmiCommand(byte NetFn, byte Code, IpmiPrivilege Privilege, int LengthMin, int LengthMax, IpmiHandler Handler);
