using System.Net;
using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Lan;

namespace Lab.Emulators.Bmc.Ipmi.Sessions;

/// <summary>A login between Open Session and RAKP 3.</summary>
internal sealed record PendingLogin(uint Id, OpenSessionRequest Request, CipherSuite Suite, IpmiPrivilege Limit, IPEndPoint Remote, long Begun)
{
    /// <summary>Null until RAKP 1 came.</summary>
    internal RakpProgress? Rakp { get; init; }
}

/// <param name="Message">RAKP 1 as it came, by which a repeated one is known.</param>
/// <param name="Answer">RAKP 2 as it was sent.</param>
internal sealed record RakpProgress(Rakp1 Message, byte[] Answer, RakpExchange Exchange, IpmiUser User);
