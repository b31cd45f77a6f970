using System.Globalization;
using System.Text.Json.Nodes;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>Shapes that many resources share.</summary>
internal static class Json
{
    internal static JsonObject Link(string path) => new() { ["@odata.id"] = path };

    internal static JsonArray Links(params IEnumerable<string> paths) => new([.. paths.Select(Link)]);

    internal static JsonArray Strings(params IEnumerable<string> values) => new([.. values.Select(value => JsonValue.Create(value))]);

    internal static JsonArray Names<T>()
        where T : struct, Enum => Strings(Enum.GetNames<T>());

    internal static JsonObject Status(string state = "Enabled", string? health = "OK") => health is null
        ? new JsonObject { ["State"] = state }
        : new JsonObject { ["State"] = state, ["Health"] = health };

    /// <summary>A resource's first properties.</summary>
    /// <param name="type">As in <c>Chassis.v1_28_0.Chassis</c>.</param>
    internal static JsonObject Resource(string path, string type, string id, string name) => new()
    {
        ["@odata.id"] = path,
        ["@odata.type"] = "#" + type,
        ["Id"] = id,
        ["Name"] = name,
    };

    internal static JsonObject Action(string target) => new() { ["target"] = target };

    internal static JsonObject Action(string target, string parameter, JsonArray allowed) =>
        new() { ["target"] = target, [parameter + "@Redfish.AllowableValues"] = allowed };

    internal static JsonObject Collection(string path, string type, string name, IEnumerable<string> members) =>
        Collection(path, type, name, Links(members));

    /// <summary>A collection whose members are given as they shall be shown.</summary>
    internal static JsonObject Collection(string path, string type, string name, JsonArray members) => new()
    {
        ["@odata.id"] = path,
        ["@odata.type"] = $"#{type}.{type}",
        ["Name"] = name,
        ["Members@odata.count"] = members.Count,
        ["Members"] = members,
    };

    /// <summary>Redfish's date and time: ISO 8601 with seconds and offset (DSP0266 §9.4.6).</summary>
    internal static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture);

    /// <summary>ISO 8601, as in "PT90S" (DSP0266 §9.4.7).</summary>
    internal static string Duration(TimeSpan time) => System.Xml.XmlConvert.ToString(time);
}
