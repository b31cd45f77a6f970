using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>How resources and errors are written, with their ETags (DSP0266 §7.1, §8).</summary>
internal static class RedfishResponse
{
    private const int TagBytes = 8;

    // DateTime changes by itself and would make every tag stale.
    private static readonly string[] OutsideTag = ["DateTime"];

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static string TagOf(JsonObject resource)
    {
        var tagged = (JsonObject)resource.DeepClone();
        foreach (var name in OutsideTag)
            tagged.Remove(name);
        var digest = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(tagged, Json));
        return '"' + Convert.ToHexString(digest.AsSpan(0, TagBytes)) + '"';
    }

    internal static bool Matches(string? header, string tag) =>
        header is not null && header.Split(',', StringSplitOptions.TrimEntries).Any(one => one == "*" || one.Replace("W/", "", StringComparison.Ordinal) == tag);

    internal static async Task WriteResourceAsync(HttpContext context, JsonObject resource, int status = StatusCodes.Status200OK)
    {
        var tag = TagOf(resource);
        context.Response.Headers.ETag = tag;
        if (resource["@odata.type"]?.GetValue<string>() is { } type)
            context.Response.Headers.Append("Link", $"<{SchemaAddress(type)}>; rel=describedby");
        if (status == StatusCodes.Status200OK && HttpMethods.IsGet(context.Request.Method)
            && Matches(context.Request.Headers.IfNoneMatch, tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        await WriteAsync(context, resource, status);
    }

    internal static async Task WriteErrorAsync(HttpContext context, RedfishException error)
    {
        if (error.Status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"redfish\"";
        await WriteAsync(context, RedfishException.Body(error.Messages), error.Status);
    }

    private static async Task WriteAsync(HttpContext context, JsonObject body, int status)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, Json);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    // "#Chassis.v1_28_0.Chassis" is described by Chassis.v1_28_0.json, "#ChassisCollection.ChassisCollection" by ChassisCollection.json.
    private static string SchemaAddress(string type) =>
        $"http://redfish.dmtf.org/schemas/v1/{type[1..type.LastIndexOf('.')]}.json";
}
