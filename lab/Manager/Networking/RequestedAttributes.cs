using System.Text.Json;
using Lab.Manager.Http;

namespace Lab.Manager.Networking;

/// <summary>Checks shared by the bodies of networks, subnets and ports.</summary>
internal static class RequestedAttributes
{
    /// <exception cref="ApiException">400: an attribute that this service has not.</exception>
    public static void RefuseUnknown(JsonBody body, params ReadOnlySpan<string> known)
    {
        foreach (var member in body.Element.EnumerateObject())
            if (!known.Contains(member.Name))
                throw ApiException.BadRequest($"Unrecognized attribute(s) '{member.Name}'", "HTTPBadRequest");
    }

    /// <summary>A thing that is administratively down would have to be kept from forwarding; nothing here is ever down by wish.</summary>
    public static void RefuseAdminDown(JsonBody body)
    {
        if (body.OptionalBoolean("admin_state_up") is false)
            throw NetworkingFaults.Invalid("admin_state_up must be true.");
    }

    /// <summary>Refuses lists and objects that may be sent empty only: what they ask for is not offered.</summary>
    public static void RefuseFilled(JsonBody body, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (body.Element.TryGetProperty(name, out var value) && !IsEmpty(value))
                throw NetworkingFaults.Invalid($"{name} is not supported.");
    }

    /// <summary>The own project, or for an administrator the one that the body names.</summary>
    public static Guid Project(JsonBody body, RequestContext asker)
    {
        var project = body.OptionalId("project_id") ?? body.OptionalId("tenant_id") ?? asker.ProjectId;
        return asker.MaySee(project) ? project : throw ApiException.Forbidden();
    }

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        JsonValueKind.String => value.ValueEquals(""),
        JsonValueKind.False => true,
        _ => false,
    };
}
