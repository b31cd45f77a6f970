using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>How resources and errors are written (DSP0266 §8).</summary>
internal static class RedfishResponse
{
    private const string ContentType = "application/json; charset=utf-8";
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static byte[] ToBytes(JsonNode node) => JsonSerializer.SerializeToUtf8Bytes(node, Options);

    /// <summary>A resource as it goes out: with its tag in the body too.</summary>
    internal static RenderedResource Render(JsonObject resource)
    {
        var tag = EntityTag.Of(resource);
        if (resource.ContainsKey("@odata.id"))
            resource["@odata.etag"] = tag;
        return new RenderedResource(ToBytes(resource), tag, LinkOf(resource));
    }

    internal static Task WriteResourceAsync(RedfishRequest request, JsonObject resource, int status = StatusCodes.Status200OK) =>
        WriteAsync(request.Context, Render(resource), status);

    internal static async Task WriteAsync(HttpContext context, RenderedResource rendered, int status = StatusCodes.Status200OK)
    {
        var headers = context.Response.Headers;
        headers.ETag = rendered.Tag;
        if (rendered.Link is not null)
            headers.Link = rendered.Link;
        var isReading = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (status == StatusCodes.Status200OK && isReading && EntityTag.Matches(context.Request.Headers.IfNoneMatch, rendered.Tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        await WriteAsync(context, rendered.Body, status);
    }

    internal static async Task WriteErrorAsync(HttpContext context, RedfishException error)
    {
        if (error.Status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"redfish\"";
        if (error.RetryAfterSeconds is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await WriteAsync(context, ToBytes(RedfishException.Body(error.Messages)), error.Status);
    }

    /// <summary>200 with messages alone, as an action answers that has something to say.</summary>
    internal static Task WriteMessagesAsync(RedfishRequest request, params IReadOnlyList<RedfishMessage> messages) =>
        WriteAsync(request.Context, ToBytes(RedfishException.Body(messages)), StatusCodes.Status200OK);

    private static async Task WriteAsync(HttpContext context, byte[] body, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    // "#Chassis.v1_28_0.Chassis" is described by Chassis.v1_28_0.json, "#ChassisCollection.ChassisCollection" by ChassisCollection.json.
    private static string? LinkOf(JsonObject resource) => resource["@odata.type"]?.GetValue<string>() is { } type
        ? $"<http://redfish.dmtf.org/schemas/v1/{type[1..type.LastIndexOf('.')]}.json>; rel=describedby"
        : null;
}

/// <param name="Link">The header of that name: what describes the resource; null for what has no type.</param>
internal sealed record RenderedResource(byte[] Body, string Tag, string? Link);
