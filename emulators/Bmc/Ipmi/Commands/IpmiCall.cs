using Lab.Emulators.Bmc.Ipmi.Sessions;
using Lab.Protocols.Ipmi;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>A request and how it came in.</summary>
/// <param name="channel"><see cref="IpmiChannel.Lan"/> or <see cref="IpmiChannel.SystemInterface"/>.</param>
/// <param name="session">Null outside a session: on the system interface, and for the requests that lead to a login.</param>
public sealed class IpmiCall(IpmiRequest request, byte channel, LanSession? session)
{
    public IpmiRequest Request => request;
    public byte Channel => channel;
    public LanSession? Session => session;

    /// <summary>What follows the command byte.</summary>
    public ReadOnlySpan<byte> Data => request.Data.Span;

    /// <summary>The system interface belongs to the host itself and may do everything.</summary>
    public IpmiPrivilege Privilege => channel == IpmiChannel.SystemInterface
        ? IpmiPrivilege.Administrator
        : session?.Privilege ?? IpmiPrivilege.None;

    /// <summary>What the transport does once the answer is sent, such as restarting the BMC.</summary>
    public Action? AfterAnswer { get; set; }
}

public delegate ValueTask<IpmiResponse> IpmiHandler(IpmiCall call, CancellationToken token);

/// <summary>One row of the command table.</summary>
/// <param name="Privilege">Least level that may (IPMI 2.0 appendix G); <see cref="IpmiPrivilege.None"/> needs no session.</param>
/// <param name="LengthMin">Fewest bytes of data.</param>
/// <param name="LengthMax">Most bytes of data.</param>
public sealed record IpmiCommand(byte NetFn, byte Code, IpmiPrivilege Privilege, int LengthMin, int LengthMax, IpmiHandler Handler);
