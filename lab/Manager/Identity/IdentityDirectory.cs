using Lab.Manager.Configuration;

namespace Lab.Manager.Identity;

/// <summary>The users, projects and grants of the bootstrap file. All are of the one domain <c>default</c>.</summary>
internal sealed class IdentityDirectory
{
    public const string DomainId = "default";
    public const string DomainName = "Default";
    private readonly Dictionary<Guid, IdentityUser> users = [];
    private readonly Dictionary<Guid, IdentityProject> projects;

    public IdentityDirectory(BootstrapFile file)
    {
        Region = file.Region;
        projects = file.Projects.ToDictionary(p => p.Id, p => new IdentityProject(p.Id, p.Name, p.Description));
        var projectIds = file.Projects.ToDictionary(p => p.Name, p => p.Id, StringComparer.Ordinal);
        // Hashing is slow by intent, and there is one per user.
        var hashes = file.Users.AsParallel().AsOrdered().Select(u => PasswordHash.Of(u.Password)).ToList();
        foreach (var (user, hash) in file.Users.Zip(hashes))
        {
            var roles = user.Roles.ToLookup(r => projectIds[r.Project], r => r.Role);
            users.Add(user.Id, new IdentityUser(user.Id, user.Name, hash, roles));
        }
    }

    public string Region { get; }
    public IEnumerable<IdentityUser> Users => users.Values;
    public IEnumerable<IdentityProject> Projects => projects.Values;

    public IdentityUser? FindUser(Guid id) => users.GetValueOrDefault(id);

    public IdentityUser? FindUser(string name) => users.Values.FirstOrDefault(u => u.Name == name);

    public IdentityProject? FindProject(Guid id) => projects.GetValueOrDefault(id);

    public IdentityProject? FindProject(string name) => projects.Values.FirstOrDefault(p => p.Name == name);
}

internal sealed record IdentityProject(Guid Id, string Name, string Description);

internal sealed class IdentityUser(Guid id, string name, PasswordHash password, ILookup<Guid, string> roles)
{
    public Guid Id => id;
    public string Name => name;
    public PasswordHash Password => password;

    /// <summary>Projects in which the user has a role.</summary>
    public IEnumerable<Guid> Projects => roles.Select(r => r.Key);

    public IReadOnlyList<string> RolesIn(Guid projectId) => roles[projectId].Distinct().Order(StringComparer.Ordinal).ToList();
}
