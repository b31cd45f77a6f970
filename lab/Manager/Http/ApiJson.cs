using System.Globalization;
using System.Text.Json.Nodes;

namespace Lab.Manager.Http;

/// <summary>How OpenStack writes values in JSON.</summary>
internal static class ApiJson
{
    /// <summary>Nova's and ironic's instant: <c>2026-01-31T12:00:00Z</c>.</summary>
    public static string Instant(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Cinder's instant: microseconds and no zone.</summary>
    public static string NaiveInstant(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    public static JsonObject StringMap(string json) => JsonNode.Parse(json)!.AsObject();

    public static JsonArray Array(IEnumerable<JsonNode> items) => new([.. items]);

    public static IResult Ok(JsonNode body) => Results.Json(body);

    public static IResult Accepted(JsonNode body) => Results.Json(body, statusCode: StatusCodes.Status202Accepted);
}
