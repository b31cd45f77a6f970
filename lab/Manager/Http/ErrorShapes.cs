using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace Lab.Manager.Http;

/// <summary>The error body of each OpenStack API, chosen by the path's prefix.</summary>
internal static class ErrorShapes
{
    public static JsonObject Shape(PathString path, int status, string message, string? type)
    {
        // keystonemiddleware answers for every service, so that an unauthenticated request looks alike everywhere.
        if (status == StatusCodes.Status401Unauthorized)
            return Keystone(status, message);
        if (path.StartsWithSegments(ApiPaths.Compute) || path.StartsWithSegments(ApiPaths.Volume))
            return new JsonObject { [FaultName(status)] = new JsonObject { ["code"] = status, ["message"] = message } };
        if (path.StartsWithSegments(ApiPaths.Network))
            return new JsonObject { ["NeutronError"] = new JsonObject { ["type"] = type ?? "HTTP" + Title(status).Replace(" ", "", StringComparison.Ordinal), ["message"] = message, ["detail"] = "" } };
        if (path.StartsWithSegments(ApiPaths.BareMetal))
            return new JsonObject
            {
                // Ironic sends the fault as a JSON text within JSON.
                ["error_message"] = new JsonObject { ["faultstring"] = message, ["faultcode"] = status < 500 ? "Client" : "Server", ["debuginfo"] = null }.ToJsonString(),
            };
        if (path.StartsWithSegments(ApiPaths.Image))
            return new JsonObject { ["message"] = message, ["code"] = $"{status} {Title(status)}", ["title"] = Title(status) };
        return Keystone(status, message);
    }

    private static JsonObject Keystone(int status, string message) =>
        new() { ["error"] = new JsonObject { ["code"] = status, ["message"] = message, ["title"] = Title(status) } };

    private static string FaultName(int status) => status switch
    {
        400 => "badRequest",
        403 => "forbidden",
        404 => "itemNotFound",
        405 => "badMethod",
        409 => "conflictingRequest",
        413 or 429 => "overLimit",
        415 => "badMediaType",
        501 => "notImplemented",
        503 => "serviceUnavailable",
        _ => "computeFault",
    };

    private static string Title(int status) => ReasonPhrases.GetReasonPhrase(status);
}
