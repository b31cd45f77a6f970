using System.Text.Json.Nodes;

namespace Lab.Manager.Http;

/// <summary>The error body of each OpenStack API, chosen by the path's prefix.</summary>
internal static class ErrorShapes
{
    public static JsonObject Shape(PathString path, int status, string message, string? type)
    {
        if (path.StartsWithSegments(ApiPaths.Compute) || path.StartsWithSegments(ApiPaths.Volume))
            return new JsonObject { [FaultName(status)] = new JsonObject { ["code"] = status, ["message"] = message } };
        if (path.StartsWithSegments(ApiPaths.Network))
            return new JsonObject { ["NeutronError"] = new JsonObject { ["type"] = type ?? FaultName(status), ["message"] = message, ["detail"] = "" } };
        if (path.StartsWithSegments(ApiPaths.BareMetal))
            return new JsonObject
            {
                // Ironic sends the fault as a JSON text within JSON.
                ["error_message"] = new JsonObject { ["faultstring"] = message, ["faultcode"] = status < 500 ? "Client" : "Server", ["debuginfo"] = null }.ToJsonString(),
            };
        return new JsonObject { ["error"] = new JsonObject { ["code"] = status, ["message"] = message, ["title"] = Title(status) } };
    }

    private static string FaultName(int status) => status switch
    {
        400 => "badRequest",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "itemNotFound",
        405 => "badMethod",
        406 => "notAcceptable",
        409 => "conflictingRequest",
        413 => "overLimit",
        _ => "computeFault",
    };

    private static string Title(int status) => status switch
    {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        _ => "Internal Server Error",
    };
}
