using Microsoft.AspNetCore.Http.Features;
using Lab.Emulators.Bmc.Accounts;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>What a handler needs to know of a request.</summary>
internal sealed class RedfishRequest(HttpContext context)
{
    private const string CallerKey = "redfish.caller";

    internal HttpContext Context => context;
    internal BmcInstance Bmc => context.Features.GetRequiredFeature<RedfishConnection>().Bmc;
    internal bool IsSideband => context.Features.GetRequiredFeature<RedfishConnection>().IsSideband;
    internal CancellationToken Token => context.RequestAborted;

    /// <summary>Who asks; null on the few public resources.</summary>
    internal Account? Caller
    {
        get => context.Items[CallerKey] as Account;
        set => context.Items[CallerKey] = value;
    }

    internal string RouteValue(string name) => (string)context.Request.RouteValues[name]!;

    internal RedfishException NotFound() =>
        new(StatusCodes.Status404NotFound, BaseMessages.ResourceMissingAtUri(context.Request.Path));

    /// <exception cref="RedfishException">403.</exception>
    internal void Require(Role role)
    {
        if (Caller is null || Caller.Role < role)
            throw new RedfishException(StatusCodes.Status403Forbidden, BaseMessages.InsufficientPrivilege);
    }
}
