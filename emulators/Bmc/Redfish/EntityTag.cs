using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>ETags: digests of what a resource says (DSP0266 §7.6).</summary>
internal static class EntityTag
{
    private const int TagBytes = 8;

    // These change by themselves and would make every tag stale.
    private static readonly string[] Outside = ["DateTime", "@odata.etag"];

    internal static string Of(JsonObject resource)
    {
        if (!Outside.Any(resource.ContainsKey))
            return Of(RedfishResponse.ToBytes(resource));
        var tagged = (JsonObject)resource.DeepClone();
        foreach (var name in Outside)
            tagged.Remove(name);
        return Of(RedfishResponse.ToBytes(tagged));
    }

    internal static string Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, digest);
        return '"' + Convert.ToHexString(digest[..TagBytes]) + '"';
    }

    /// <summary>Whether an If-Match or If-None-Match names the tag. Weak ones count, as clients send back what they were given.</summary>
    internal static bool Matches(string? header, string tag) => header is not null
        && header.Split(',', StringSplitOptions.TrimEntries).Any(one => one == "*" || one.Replace("W/", "", StringComparison.Ordinal) == tag);
}
