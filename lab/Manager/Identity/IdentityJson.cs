using System.Globalization;
using System.Text.Json.Nodes;

namespace Lab.Manager.Identity;

/// <summary>Bodies of the Identity API v3.</summary>
internal static class IdentityJson
{
    private const string Updated = "2020-04-07T00:00:00Z";

    public static JsonObject Version(string publicUrl) => new()
    {
        ["id"] = "v3.14",
        ["status"] = "stable",
        ["updated"] = Updated,
        ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = publicUrl + Http.ApiPaths.IdentityV3 + "/" }),
        ["media-types"] = new JsonArray(new JsonObject
        {
            ["base"] = "application/json",
            ["type"] = "application/vnd.openstack.identity-v3+json",
        }),
    };

    public static JsonObject Token(TokenIdentity identity, string publicUrl, string region, bool withCatalog)
    {
        var token = new JsonObject
        {
            ["methods"] = new JsonArray("password"),
            ["user"] = new JsonObject
            {
                ["id"] = identity.User.Id.ToString("N"),
                ["name"] = identity.User.Name,
                ["domain"] = Domain(),
                ["password_expires_at"] = null,
            },
            ["audit_ids"] = new JsonArray(identity.Token.AuditId),
            ["issued_at"] = Instant(identity.Token.IssuedAt),
            ["expires_at"] = Instant(identity.Token.ExpiresAt),
        };
        if (identity.Project is not { } project)
            return token;
        token["project"] = new JsonObject { ["id"] = project.Id.ToString("N"), ["name"] = project.Name, ["domain"] = Domain() };
        token["is_domain"] = false;
        token["roles"] = new JsonArray([.. identity.Roles.Select(Role)]);
        if (withCatalog)
            token["catalog"] = ServiceCatalog.Describe(publicUrl, region, project.Id);
        return token;
    }

    public static JsonObject Project(IdentityProject project) => new()
    {
        ["id"] = project.Id.ToString("N"),
        ["name"] = project.Name,
        ["description"] = project.Description,
        ["domain_id"] = IdentityDirectory.DomainId,
        ["parent_id"] = IdentityDirectory.DomainId,
        ["enabled"] = true,
        ["is_domain"] = false,
        ["tags"] = new JsonArray(),
        ["options"] = new JsonObject(),
        ["links"] = new JsonObject(),
    };

    public static JsonObject User(IdentityUser user) => new()
    {
        ["id"] = user.Id.ToString("N"),
        ["name"] = user.Name,
        ["domain_id"] = IdentityDirectory.DomainId,
        ["enabled"] = true,
        ["options"] = new JsonObject(),
        ["password_expires_at"] = null,
        ["links"] = new JsonObject(),
    };

    public static JsonObject Role(string name) => new() { ["id"] = DerivedId.Of("role", name).ToString("N"), ["name"] = name };

    public static JsonObject List(string name, IEnumerable<JsonObject> items) => new()
    {
        [name] = new JsonArray([.. items]),
        ["links"] = new JsonObject { ["next"] = null, ["previous"] = null, ["self"] = null },
    };

    private static JsonObject Domain() =>
        new() { ["id"] = IdentityDirectory.DomainId, ["name"] = IdentityDirectory.DomainName };

    private static string Instant(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
