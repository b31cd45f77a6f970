using Lab.Emulators.Bmc.Redfish;
using Microsoft.AspNetCore.Http.Features;

namespace Lab.Emulators.Bmc.Faults;

/// <summary>The Redfish front with the faults that are set now around it, each a decorator of the next.</summary>
internal sealed class FaultyFront(FaultSet faults, RedfishPipeline front, TimeProvider time)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (faults.Active.Count == 0)
            return front.InvokeAsync(context);
        var bmc = context.Features.GetRequiredFeature<RedfishConnection>().Bmc;
        RequestDelegate next = front.InvokeAsync;
        foreach (var fault in faults.Take(bmc.Name, context.Request.Method, context.Request.Path.Value ?? "/"))
            next = Around(fault, bmc, next);
        return next(context);
    }

    private RequestDelegate Around(ActiveFault fault, BmcInstance bmc, RequestDelegate next) => fault.Rule.Kind switch
    {
        FaultKind.Status => context => RedfishResponse.WriteErrorAsync(
            context, new RedfishException(fault.Rule.Status, fault.Rule.Status == StatusCodes.Status503ServiceUnavailable
                ? BaseMessages.ServiceTemporarilyUnavailable(1)
                : BaseMessages.InternalError)),
        FaultKind.Latency => async context =>
        {
            await Task.Delay(fault.DrawLatency(), time, context.RequestAborted);
            await next(context);
        },
        FaultKind.Drop => context =>
        {
            context.Abort();
            return Task.CompletedTask;
        },
        FaultKind.Stale => context => StaleFault.InvokeAsync(fault, bmc.Name, context, next),
        FaultKind.PasswordReset => context =>
        {
            fault.ResetPassword(bmc);
            return next(context);
        },
        var other => throw new InvalidOperationException($"no fault {other}"),
    };
}
