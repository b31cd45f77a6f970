using System.Reflection;

namespace Lab.Manager.Http;

/// <summary>
/// Who asks: set on the request's features by authentication. A route handler takes it as a parameter. Ids are written without
/// dashes (format <c>N</c>) in the APIs, as keystone does.
/// </summary>
internal sealed record RequestContext(Guid UserId, Guid ProjectId, IReadOnlyList<string> Roles, bool IsAdmin)
{
    public static ValueTask<RequestContext?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<RequestContext?>(context.Features.Get<RequestContext>() ?? throw ApiException.Unauthorized());

    /// <summary>True for the own project's things, and for an administrator for all.</summary>
    public bool MaySee(Guid projectId) => IsAdmin || projectId == ProjectId;

    /// <summary>False for one who only reads (role <c>reader</c>, or a role this manager knows nothing of).</summary>
    public bool MayChange => IsAdmin || Roles.Contains(Identity.RoleNames.Member);

    public void RequireAdmin()
    {
        if (!IsAdmin)
            throw ApiException.Forbidden();
    }
}
