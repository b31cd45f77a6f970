using Lab.Manager.Identity;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Lab.Manager.Configuration;

/// <summary>
/// Reads the bootstrap file (YAML 1.2, see <see cref="BootstrapFile"/>) and reports all errors at once, each with its line.
/// Passwords stand in the environment: the file names a variable as <c>env:NAME</c>, and a password written out is refused.
/// </summary>
internal sealed class BootstrapReader(Func<string, string?> environment)
{
    private const string EnvironmentPrefix = "env:";
    private readonly List<BootstrapError> errors = [];

    /// <exception cref="ManagerException">The file is missing, too large, or says something wrong.</exception>
    public static BootstrapFile Load(string path, Func<string, string?> environment)
    {
        try
        {
            if (new FileInfo(path).Length > BootstrapLimits.FileBytesMax)
                throw new ManagerException($"{path}: larger than {BootstrapLimits.FileBytesMax} bytes");
            return new BootstrapReader(environment).Read(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ManagerException("bootstrap file: " + e.Message, e);
        }
    }

    /// <param name="source">Names the file in messages.</param>
    /// <exception cref="ManagerException"/>
    public BootstrapFile Read(string yaml, string source)
    {
        errors.Clear();
        var file = Parse(yaml) is { } root ? ReadRoot(root) : null;
        return errors.Count == 0 && file is not null
            ? file
            : throw new ManagerException(string.Join(Environment.NewLine, errors.OrderBy(e => e.Line).Select(e => $"{source}:{e}")));
    }

    private BootstrapFile ReadRoot(YamlFields root)
    {
        root.RefuseUnknown("region", "projects", "users", "flavors");
        var projects = ReadProjects(root);
        return new BootstrapFile
        {
            Region = root.Text("region") ?? "RegionOne",
            Projects = projects,
            Users = ReadUsers(root, projects.Select(p => p.Name).ToHashSet(StringComparer.Ordinal)),
            Flavors = ReadFlavors(root),
        };
    }

    private static List<BootstrapProject> ReadProjects(YamlFields root)
    {
        var projects = new List<BootstrapProject>();
        foreach (var item in root.Items("projects", BootstrapLimits.ProjectsMax))
        {
            item.RefuseUnknown("name", "id", "description");
            if (item.RequiredText("name") is not { } name)
                continue;
            if (projects.Exists(p => p.Name == name))
                item.Refuse("name", $"project '{name}' is defined twice");
            var id = ReadId(item) ?? DerivedId.Of("project", name);
            if (projects.Exists(p => p.Id == id && p.Name != name))
                item.Refuse("id", $"id {id} is already used by another project");
            projects.Add(new BootstrapProject(id, name, item.Text("description") ?? ""));
        }
        return projects;
    }

    private List<BootstrapUser> ReadUsers(YamlFields root, HashSet<string> projects)
    {
        var users = new List<BootstrapUser>();
        foreach (var item in root.Items("users", BootstrapLimits.UsersMax))
        {
            item.RefuseUnknown("name", "id", "password", "roles");
            var name = item.RequiredText("name");
            var password = ReadPassword(item);
            var roles = ReadRoles(item, projects);
            if (name is null)
                continue;
            if (users.Exists(u => u.Name == name))
                item.Refuse("name", $"user '{name}' is defined twice");
            var id = ReadId(item) ?? DerivedId.Of("user", name);
            if (users.Exists(u => u.Id == id && u.Name != name))
                item.Refuse("id", $"id {id} is already used by another user");
            users.Add(new BootstrapUser(id, name, password ?? "", roles));
        }
        return users;
    }

    private static List<BootstrapRole> ReadRoles(YamlFields user, HashSet<string> projects)
    {
        var roles = new List<BootstrapRole>();
        foreach (var item in user.Items("roles", BootstrapLimits.RolesMax))
        {
            item.RefuseUnknown("project", "role");
            var project = item.RequiredText("project");
            var role = item.RequiredText("role");
            if (project is not null && !projects.Contains(project))
                item.Refuse("project", $"no project '{project}' is defined");
            if (role is not null && !RoleNames.All.Contains(role, StringComparer.Ordinal))
                item.Refuse("role", $"there is no role '{role}' (roles: {string.Join(", ", RoleNames.All)})");
            if (project is not null && role is not null)
                roles.Add(new BootstrapRole(project, role));
        }
        return roles;
    }

    private static List<BootstrapFlavor> ReadFlavors(YamlFields root)
    {
        var flavors = new List<BootstrapFlavor>();
        foreach (var item in root.Items("flavors", BootstrapLimits.FlavorsMax))
        {
            item.RefuseUnknown("name", "id", "vcpus", "ram_mib", "disk_gib");
            var name = item.RequiredText("name");
            var vcpus = item.Integer("vcpus", 1, BootstrapLimits.VcpusMax) ?? 1;
            var ram = item.Integer("ram_mib", 1, BootstrapLimits.RamMibMax) ?? 512;
            var disk = item.Integer("disk_gib", 0, BootstrapLimits.DiskGibMax) ?? 0;
            if (name is null)
                continue;
            var id = item.Text("id") ?? name;
            if (flavors.Exists(f => f.Name == name || f.Id == id))
                item.Refuse("name", $"flavor '{name}' is defined twice");
            flavors.Add(new BootstrapFlavor(id, name, vcpus, ram, disk));
        }
        return flavors;
    }

    private string? ReadPassword(YamlFields user)
    {
        if (user.RequiredText("password", show: false) is not { } text)
            return null;
        if (!text.StartsWith(EnvironmentPrefix, StringComparison.Ordinal))
        {
            user.Refuse("password", "a password is not written into the file; name an environment variable: env:NAME");
            return null;
        }
        var variable = text[EnvironmentPrefix.Length..];
        if (variable.Length == 0 || !variable.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            user.Refuse("password", "env: must be followed by the name of an environment variable");
            return null;
        }
        var password = environment(variable);
        if (string.IsNullOrEmpty(password))
            user.Refuse("password", $"the environment variable {variable} is not set or empty");
        else if (password.Length > BootstrapLimits.PasswordLengthMax)
            user.Refuse("password", $"the environment variable {variable} holds more than {BootstrapLimits.PasswordLengthMax} characters");
        return password;
    }

    private static Guid? ReadId(YamlFields item)
    {
        if (item.Text("id") is not { } text)
            return null;
        if (Guid.TryParse(text, out var id))
            return id;
        item.Refuse("id", $"'{text}' is no UUID");
        return null;
    }

    private YamlFields? Parse(string yaml)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException e)
        {
            errors.Add(new BootstrapError((int)e.Start.Line, "not valid YAML: " + (e.InnerException ?? e).Message));
            return null;
        }
        if (stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode root)
            return new YamlFields(root, "the file", errors);
        errors.Add(new BootstrapError(1, "one YAML mapping with 'projects' and 'users' is expected"));
        return null;
    }
}
