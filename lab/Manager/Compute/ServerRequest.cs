using System.Buffers.Text;
using System.Text.Json;
using Lab.Manager.Http;

namespace Lab.Manager.Compute;

/// <summary>A NIC asked for: a port that exists, or a new one on a network.</summary>
internal sealed record NicRequest(Guid? PortId, Guid? NetworkId, string? FixedAddress)
{
    /// <summary>NICs of one server at its making.</summary>
    public const int CountMax = 8;
}

/// <summary>Body of <c>POST /servers</c>, checked as far as it can be without looking anything up.</summary>
internal sealed record ServerRequest(
    string Name,
    string FlavorId,
    Guid? ImageId,
    IReadOnlyList<BlockDevice> Disks,
    IReadOnlyList<NicRequest> Nics,
    IReadOnlyDictionary<string, string> Metadata,
    string? UserData,
    string? Host)
{
    /// <summary>Characters of base64, as nova's database takes them.</summary>
    private const int UserDataLengthMax = 65535;
    private const string Zone = "nova";

    public static ServerRequest Read(JsonBody body, RequestContext asker)
    {
        foreach (var count in new[] { "min_count", "max_count" })
            if (body.OptionalInteger(count, 1, long.MaxValue) is > 1)
                throw ApiException.BadRequest($"Invalid input for {count}: one server is made per request.");
        if (body.OptionalString("key_name") is { } key)
            throw ApiException.BadRequest($"Invalid key_name provided: {key}.");
        foreach (var group in body.Objects("security_groups"))
            if (group.String("name") != "default")
                throw ApiException.BadRequest($"Security group {group.String("name")} not found.");
        var imageId = body.OptionalId("imageRef");
        return new ServerRequest(
            body.String("name"),
            body.String("flavorRef"),
            imageId,
            BlockDevice.Read(body, imageId),
            ReadNics(body),
            body.StringMap("metadata"),
            ReadUserData(body),
            ReadHost(body, asker));
    }

    public static NicRequest ReadNic(JsonBody nic, string portMember, string networkMember)
    {
        var portId = nic.OptionalId(portMember);
        var networkId = nic.OptionalId(networkMember);
        if (portId is null == networkId is null)
            throw ApiException.BadRequest($"Bad networks format: either {portMember} or {networkMember} is to be given.");
        return new NicRequest(portId, networkId, nic.OptionalString("fixed_ip"));
    }

    private static IReadOnlyList<NicRequest> ReadNics(JsonBody body)
    {
        if (!body.Has("networks"))
            return [];
        if (body.Element.GetProperty("networks").ValueKind == JsonValueKind.String)
            return body.String("networks") == "none" ? [] : throw body.Wrong("networks", "a list, or 'none'");
        var nics = body.Objects("networks").Select(nic => ReadNic(nic, "port", "uuid")).ToList();
        if (nics.Count > NicRequest.CountMax)
            throw body.Wrong("networks", $"a list of at most {NicRequest.CountMax}");
        var ports = nics.Where(n => n.PortId is not null).ToList();
        return ports.DistinctBy(n => n.PortId).Count() == ports.Count ? nics : throw body.Wrong("networks", "a list that names a port once");
    }

    private static string? ReadUserData(JsonBody body)
    {
        var text = body.OptionalString("user_data", UserDataLengthMax);
        return text is null || Base64.IsValid(text) ? text : throw body.Wrong("user_data", "base64");
    }

    /// <summary>Nova's <c>zone:host</c>, which is an administrator's.</summary>
    private static string? ReadHost(JsonBody body, RequestContext asker)
    {
        if (body.OptionalString("availability_zone") is not { } zone || zone == Zone)
            return null;
        if (!zone.StartsWith(Zone + ":", StringComparison.Ordinal) || zone.Length == Zone.Length + 1)
            throw ApiException.BadRequest("The requested availability zone is not available");
        asker.RequireAdmin();
        return zone[(Zone.Length + 1)..];
    }
}
