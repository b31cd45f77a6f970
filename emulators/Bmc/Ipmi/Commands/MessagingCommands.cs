using Lab.Protocols.Ipmi;
using static Lab.Emulators.Bmc.Ipmi.Commands.CommandFamily;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>What a driver of the system interface asks before anything else (IPMI 2.0 §22.1 to §22.9): there are no messages for it.</summary>
internal sealed class MessagingCommands
{
    private const byte EventLogging = 0x08;
    private const byte NoData = 0x80;
    private volatile byte enables = EventLogging;

    internal IEnumerable<IpmiCommand> Commands =>
    [
        Row(IpmiNetFn.App, 0x2e, IpmiPrivilege.User, 1..1, call => OnlyForTheHost(call, () =>
        {
            enables = call.Data[0];
            return IpmiResponse.Done;
        })),
        Row(IpmiNetFn.App, 0x2f, IpmiPrivilege.User, 0..0, _ => IpmiResponse.Of(enables)),
        Row(IpmiNetFn.App, 0x30, IpmiPrivilege.User, 1..1, call => OnlyForTheHost(call, () => IpmiResponse.Done)),
        Row(IpmiNetFn.App, 0x31, IpmiPrivilege.User, 0..0, call => OnlyForTheHost(call, () => IpmiResponse.Of(0))),
        Row(IpmiNetFn.App, 0x33, IpmiPrivilege.User, 0..0, call => OnlyForTheHost(call, () => Error(NoData))),
        Row(IpmiNetFn.App, 0x35, IpmiPrivilege.User, 0..0, call => OnlyForTheHost(call, () => Error(NoData))),
    ];

    private static IpmiResponse OnlyForTheHost(IpmiCall call, Func<IpmiResponse> answer) =>
        call.Channel == IpmiChannel.SystemInterface ? answer() : Error(IpmiCompletion.InsufficientPrivilege);
}
