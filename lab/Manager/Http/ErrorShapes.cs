using System.Text.Json.Nodes;

namespace Lab.Manager.Http;

/// <summary>How each service words an error. Shapes as the clients parse them (nova, cinder, neutron, keystone, glance, ironic API references).</summary>
public static class ErrorShapes
{
    public static JsonObject Of(ApiService? service, ApiFault fault, string message, string? type)
    {
        // keystonemiddleware answers for every service, so an unauthenticated request looks alike everywhere.
        if (fault == ApiFault.Unauthorized || service is null)
            return Keystone(fault, message);
        return service.Type switch
        {
            "compute" or "volumev3" => Nova(fault, message),
            "network" => Neutron(fault, message, type),
            "image" => Glance(fault, message),
            "baremetal" => Ironic(fault, message),
            _ => Keystone(fault, message),
        };
    }

    private static JsonObject Nova(ApiFault fault, string message) => new()
    {
        [NovaName(fault)] = new JsonObject { ["code"] = (int)fault, ["message"] = message },
    };

    private static string NovaName(ApiFault fault) => fault switch
    {
        ApiFault.BadRequest => "badRequest",
        ApiFault.Forbidden => "forbidden",
        ApiFault.NotFound => "itemNotFound",
        ApiFault.MethodNotAllowed => "badMethod",
        ApiFault.NotAcceptable => "computeFault",
        ApiFault.Conflict => "conflictingRequest",
        ApiFault.TooLarge or ApiFault.TooManyRequests => "overLimit",
        ApiFault.UnsupportedMediaType => "badMediaType",
        ApiFault.NotImplemented => "notImplemented",
        ApiFault.Unavailable => "serviceUnavailable",
        _ => "computeFault",
    };

    private static JsonObject Neutron(ApiFault fault, string message, string? type) => new()
    {
        ["NeutronError"] = new JsonObject { ["type"] = type ?? "HTTP" + fault, ["message"] = message, ["detail"] = "" },
    };

    private static JsonObject Keystone(ApiFault fault, string message) => new()
    {
        ["error"] = new JsonObject { ["code"] = (int)fault, ["message"] = message, ["title"] = Title(fault) },
    };

    private static JsonObject Glance(ApiFault fault, string message) => new()
    {
        ["message"] = message,
        ["code"] = $"{(int)fault} {Title(fault)}",
        ["title"] = Title(fault),
    };

    /// <summary>Ironic puts a JSON text into a JSON string.</summary>
    private static JsonObject Ironic(ApiFault fault, string message) => new()
    {
        ["error_message"] = new JsonObject
        {
            ["faultcode"] = (int)fault < 500 ? "Client" : "Server",
            ["faultstring"] = message,
            ["debuginfo"] = null,
        }.ToJsonString(),
    };

    private static string Title(ApiFault fault) =>
        Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase((int)fault);
}
