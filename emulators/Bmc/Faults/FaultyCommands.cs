using Lab.Emulators.Bmc.Ipmi.Commands;
using Lab.Protocols.Ipmi;

namespace Lab.Emulators.Bmc.Faults;

/// <summary>A table of IPMI commands with the faults that are set now around it, each a decorator of the next.</summary>
internal sealed class FaultyCommands(FaultSet faults, BmcInstance bmc, IIpmiCommands commands) : IIpmiCommands
{
    public ValueTask<IpmiResponse?> AnswerAsync(IpmiCall call, CancellationToken token)
    {
        if (faults.Active.Count == 0)
            return commands.AnswerAsync(call, token);
        Answer next = commands.AnswerAsync;
        foreach (var fault in faults.Take(bmc.Name, call.Request))
            next = Around(fault, next);
        return next(call, token);
    }

    private delegate ValueTask<IpmiResponse?> Answer(IpmiCall call, CancellationToken token);

    private Answer Around(ActiveFault fault, Answer next) => fault.Rule.Kind switch
    {
        FaultKind.Status => (_, _) => new(IpmiResponse.Error(fault.Rule.CompletionCode)),
        FaultKind.Latency => async (call, token) =>
        {
            await Task.Delay(fault.DrawLatency(), bmc.Time, token);
            return await next(call, token);
        },
        FaultKind.Drop => (_, _) => default,
        FaultKind.Stale => (call, token) => StaleAsync(fault, call, next, token),
        FaultKind.PasswordReset => (call, token) =>
        {
            fault.ResetPassword(bmc);
            return next(call, token);
        },
        var other => throw new InvalidOperationException($"no fault {other}"),
    };

    /// <summary>Which command only reads is not known here: the rule names the command, and what it would change is not changed twice.</summary>
    private async ValueTask<IpmiResponse?> StaleAsync(ActiveFault fault, IpmiCall call, Answer next, CancellationToken token)
    {
        var request = call.Request;
        var key = $"{bmc.Name} {request.NetFn} {request.Lun} {request.Command} {Convert.ToHexString(request.Data.Span)}";
        if (fault.Stale.TryGet<IpmiResponse>(key, out var known))
            return known;
        var fresh = await next(call, token);
        if (fresh is not null)
            fault.Stale.Keep(key, fresh);
        return fresh;
    }
}
