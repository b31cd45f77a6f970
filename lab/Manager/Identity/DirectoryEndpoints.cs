using System.Text.Json.Nodes;
using Lab.Manager.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Lab.Manager.Identity;

/// <summary>Projects, users and roles, read only: they are the bootstrap file's. Lists are an administrator's.</summary>
internal static class DirectoryEndpoints
{
    public static IResult ListOwnProjects(HttpContext context, IdentityDirectory directory) =>
        Results.Json(IdentityJson.List("projects", ProjectsOf(Asker(context).User, directory)));

    public static IResult ListProjects(HttpContext context, IdentityDirectory directory, string? name)
    {
        RequireAdmin(context);
        return Results.Json(IdentityJson.List("projects", directory.Projects.Where(p => name is null || p.Name == name).Select(IdentityJson.Project)));
    }

    public static IResult ShowProject(HttpContext context, IdentityDirectory directory, string id)
    {
        var asker = Asker(context);
        var project = Guid.TryParse(id, out var projectId) ? directory.FindProject(projectId) : null;
        if (project is null || !(asker.IsAdmin || asker.User.Projects.Contains(project.Id)))
            throw ApiException.NotFound("Project", id);
        return Results.Json(new JsonObject { ["project"] = IdentityJson.Project(project) });
    }

    public static IResult ListUsers(HttpContext context, IdentityDirectory directory, string? name)
    {
        RequireAdmin(context);
        return Results.Json(IdentityJson.List("users", directory.Users.Where(u => name is null || u.Name == name).Select(IdentityJson.User)));
    }

    public static IResult ShowUser(HttpContext context, IdentityDirectory directory, string id) =>
        Results.Json(new JsonObject { ["user"] = IdentityJson.User(FindUser(context, directory, id)) });

    public static IResult ListProjectsOfUser(HttpContext context, IdentityDirectory directory, string id) =>
        Results.Json(IdentityJson.List("projects", ProjectsOf(FindUser(context, directory, id), directory)));

    public static IResult ListRoles(HttpContext context, string? name)
    {
        RequireAdmin(context);
        return Results.Json(IdentityJson.List("roles", RoleNames.All.Where(r => name is null || r == name).Select(IdentityJson.Role)));
    }

    private static IEnumerable<JsonObject> ProjectsOf(IdentityUser user, IdentityDirectory directory) =>
        user.Projects.Select(directory.FindProject).OfType<IdentityProject>().Select(IdentityJson.Project);

    private static IdentityUser FindUser(HttpContext context, IdentityDirectory directory, string id)
    {
        var asker = Asker(context);
        var user = Guid.TryParse(id, out var userId) ? directory.FindUser(userId) : null;
        return user is not null && (asker.IsAdmin || user.Id == asker.User.Id) ? user : throw ApiException.NotFound("User", id);
    }

    private static TokenIdentity Asker(HttpContext context) => context.Features.GetRequiredFeature<TokenIdentity>();

    private static void RequireAdmin(HttpContext context)
    {
        if (!Asker(context).IsAdmin)
            throw ApiException.Forbidden();
    }
}
