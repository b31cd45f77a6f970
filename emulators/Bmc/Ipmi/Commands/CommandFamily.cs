using Lab.Protocols.Ipmi;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>Short forms for the rows of a family's table.</summary>
internal static class CommandFamily
{
    internal static IpmiCommand Row(
        byte netFn, byte code, IpmiPrivilege privilege, Range length, Func<IpmiCall, IpmiResponse> answer) =>
        new(netFn, code, privilege, length.Start.Value, length.End.Value, (call, _) => new ValueTask<IpmiResponse>(answer(call)));

    internal static IpmiCommand Row(byte netFn, byte code, IpmiPrivilege privilege, Range length, IpmiHandler answer) =>
        new(netFn, code, privilege, length.Start.Value, length.End.Value, answer);

    internal static IpmiResponse Error(byte completion) => IpmiResponse.Error(completion);
}
