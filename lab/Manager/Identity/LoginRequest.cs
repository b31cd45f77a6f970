using System.Text.Json;
using Lab.Manager.Configuration;
using Lab.Manager.Http;

namespace Lab.Manager.Identity;

/// <summary>Body of <c>POST /v3/auth/tokens</c>, the part below <c>auth</c>.</summary>
internal sealed record LoginRequest
{
    private const string PasswordMethod = "password";

    public Guid? UserId { get; private init; }

    /// <summary>Set when <see cref="UserId"/> is not.</summary>
    public string? UserName { get; private init; }
    public required string Password { get; init; }

    /// <summary>False when the user's name is said to be of another domain: there is only one.</summary>
    public required bool IsDefaultDomain { get; init; }
    public required bool IsScoped { get; init; }
    public Guid? ProjectId { get; private init; }

    /// <summary>Set when scoped and <see cref="ProjectId"/> is not.</summary>
    public string? ProjectName { get; private init; }
    public bool IsProjectDefaultDomain { get; private init; }

    public override string ToString() => nameof(LoginRequest);

    /// <exception cref="ApiException">400 malformed; 401 another method or scope than this service has.</exception>
    public static LoginRequest Read(JsonBody auth)
    {
        var identity = auth.Object("identity");
        if (!NamesOnlyPassword(identity))
            throw new ApiException(401, "Attempted to authenticate with an unsupported method.");
        var user = identity.Object(PasswordMethod).Object("user");
        var password = user.String(PasswordMethod, BootstrapLimits.PasswordLengthMax, lengthMin: 0);
        var (userId, userName, userDomain) = ReadNamed(user, "user");
        var scope = ReadScope(auth);
        if (scope is not { } scoped)
            return new LoginRequest
            {
                UserId = userId, UserName = userName, Password = password, IsDefaultDomain = userDomain, IsScoped = false,
            };
        if (scoped.OptionalObject("project") is not { } project)
            throw new ApiException(401, "Only project scope is supported.");
        var (projectId, projectName, projectDomain) = ReadNamed(project, "project");
        return new LoginRequest
        {
            UserId = userId,
            UserName = userName,
            Password = password,
            IsDefaultDomain = userDomain,
            IsScoped = true,
            ProjectId = projectId,
            ProjectName = projectName,
            IsProjectDefaultDomain = projectDomain,
        };
    }

    private static bool NamesOnlyPassword(JsonBody identity) =>
        identity.Element.TryGetProperty("methods", out var methods)
        && methods.ValueKind == JsonValueKind.Array
        && methods.GetArrayLength() == 1
        && methods[0].ValueKind == JsonValueKind.String
        && methods[0].GetString() == PasswordMethod;

    /// <summary>The scope is absent, the text <c>unscoped</c>, an object with <c>unscoped</c>, or says a project.</summary>
    private static JsonBody? ReadScope(JsonBody auth)
    {
        if (auth.Element.TryGetProperty("scope", out var value) && value.ValueKind == JsonValueKind.String && value.GetString() == "unscoped")
            return null;
        return auth.OptionalObject("scope") is { } scope && !scope.Mentions("unscoped") ? scope : null;
    }

    /// <summary>An id alone, or a name with its domain.</summary>
    private static (Guid? Id, string? Name, bool IsDefaultDomain) ReadNamed(JsonBody body, string what)
    {
        if (body.OptionalString("id") is { Length: > 0 } text)
            // An id that is no UUID is nobody's; it must read as a wrong one, not as a malformed request.
            return (Guid.TryParse(text, out var id) ? id : Guid.Empty, null, true);
        if (body.OptionalString("name") is not { Length: > 0 } name)
            throw ApiException.BadRequest($"Invalid input: auth needs the id or the name of the {what}.");
        if (body.OptionalObject("domain") is not { } domain)
            throw ApiException.BadRequest($"Invalid input: a {what} given by name needs its domain.");
        var isDefault = domain.OptionalString("id") is { } domainId
            ? domainId == IdentityDirectory.DomainId
            : string.Equals(domain.OptionalString("name"), IdentityDirectory.DomainName, StringComparison.OrdinalIgnoreCase);
        return (null, name, isDefault);
    }
}
