using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Profiles;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>What a handler needs to know of a request. State and time are those of one moment, so that a resource agrees with itself.</summary>
internal sealed class RedfishRequest
{
    private readonly IReadOnlyDictionary<string, string> values;

    internal RedfishRequest(
        HttpContext context, string path, IReadOnlyDictionary<string, string> values, Account? caller, Session? session)
    {
        (Context, Path, this.values, Caller, Session) = (context, path, values, caller, session);
        var connection = context.Features.GetRequiredFeature<RedfishConnection>();
        (Bmc, IsSideband) = (connection.Bmc, connection.IsSideband);
        (State, Now) = (Bmc.Device.State, Bmc.Time.GetUtcNow());
    }

    internal HttpContext Context { get; }
    internal BmcInstance Bmc { get; }
    internal bool IsSideband { get; }

    /// <summary>URI of the resource, without a slash at its end unless it is the root's.</summary>
    internal string Path { get; }

    /// <summary>Who asks; null on the few public resources.</summary>
    internal Account? Caller { get; }

    /// <summary>The session it was asked in; null with HTTP Basic.</summary>
    internal Session? Session { get; }
    internal DeviceState State { get; private set; }
    internal DateTimeOffset Now { get; private set; }
    internal Paths Paths => Bmc.Paths;
    internal DeviceProfile Profile => Bmc.Profile;
    internal CancellationToken Token => Context.RequestAborted;

    internal string this[string name] => values[name];

    /// <summary>State and time are read again, after a change.</summary>
    internal void Renew() => (State, Now) = (Bmc.Device.State, Bmc.Time.GetUtcNow());

    /// <summary>Another resource as this caller sees it; null when there is none, or it is not for him.</summary>
    internal async ValueTask<JsonObject?> ReadAsync(string path)
    {
        if (Bmc.Table.Find(Bmc, path, out var found) is not { Read: { } read } resource)
            return null;
        if (resource.ReadRole is { } least && (Caller is null || Caller.Role < least))
            return null;
        return await read(new RedfishRequest(Context, path, found, Caller, Session));
    }

    internal RedfishException NotFound() => new(StatusCodes.Status404NotFound, BaseMessages.ResourceMissingAtUri(Path));

    /// <exception cref="RedfishException">403.</exception>
    internal void Require(Role role)
    {
        if (Caller is null || Caller.Role < role)
            throw new RedfishException(StatusCodes.Status403Forbidden, BaseMessages.InsufficientPrivilege);
    }
}
