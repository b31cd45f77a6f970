using Lab.Emulators.Bmc.Machine;
using Lab.Protocols.Ipmi;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>What the transports ask.</summary>
public interface IIpmiCommands
{
    /// <returns>Null for a request that is lost: nothing is answered.</returns>
    ValueTask<IpmiResponse?> AnswerAsync(IpmiCall call, CancellationToken token);
}

/// <summary>
/// All commands of one BMC. Both transports, LAN and system interface, ask here; what holds for every command (it exists, the privilege
/// level suffices, the length fits) is checked here alone.
/// </summary>
public sealed class CommandTable(IEnumerable<IpmiCommand> commands) : IIpmiCommands
{
    private readonly Dictionary<(byte NetFn, byte Code), IpmiCommand> byCode = commands.ToDictionary(c => (c.NetFn, c.Code));

    async ValueTask<IpmiResponse?> IIpmiCommands.AnswerAsync(IpmiCall call, CancellationToken token) => await AnswerAsync(call, token);

    public async ValueTask<IpmiResponse> AnswerAsync(IpmiCall call, CancellationToken token)
    {
        var request = call.Request;
        if (!byCode.TryGetValue((request.NetFn, request.Command), out var command))
            return IpmiResponse.Error(IpmiCompletion.InvalidCommand);
        if (request.Lun != 0)
            return IpmiResponse.Error(IpmiCompletion.InvalidForLun);
        if (call.Privilege < command.Privilege)
            return IpmiResponse.Error(IpmiCompletion.InsufficientPrivilege);
        if (request.Data.Length < command.LengthMin || request.Data.Length > command.LengthMax)
            return IpmiResponse.Error(IpmiCompletion.RequestLengthInvalid);
        try
        {
            return await command.Handler(call, token);
        }
        catch (MachineException e)
        {
            // Clients ask a busy node again.
            return IpmiResponse.Error(e.IsTransient ? IpmiCompletion.NodeBusy : IpmiCompletion.Unspecified);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The BMC's own files cannot be written.
            return IpmiResponse.Error(IpmiCompletion.Unspecified);
        }
    }
}
