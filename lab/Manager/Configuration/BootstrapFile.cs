using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Lab.Manager.Configuration;

/// <summary>
/// What the cloud starts with. Applied at every start: missing things are made, nothing is deleted.
/// <code>
/// projects: [{name: admin}, {name: red}]
/// users:
///   - {name: admin, password: env:OS_ADMIN_PASSWORD, roles: [{project: admin, role: admin}]}
/// flavors: [{name: bm.small, vcpus: 1, ram_mib: 512, disk_gib: 1}]
/// </code>
/// </summary>
internal sealed record BootstrapFile
{
    public List<BootstrapProject> Projects { get; init; } = [];
    public List<BootstrapUser> Users { get; init; } = [];
    public List<BootstrapFlavor> Flavors { get; init; } = [];

    /// <exception cref="ManagerException">The file is missing, not YAML, or has members nobody knows.</exception>
    public static BootstrapFile Read(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            return new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build()
                .Deserialize<BootstrapFile?>(reader) ?? new BootstrapFile();
        }
        catch (YamlException e)
        {
            throw new ManagerException($"{path}:{e.Start.Line}: {e.InnerException?.Message ?? e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ManagerException("bootstrap file: " + e.Message, e);
        }
    }
}

internal sealed record BootstrapProject
{
    public string Name { get; init; } = "";

    /// <summary>Null takes one derived from the name.</summary>
    public Guid? Id { get; init; }
}

internal sealed record BootstrapUser
{
    public string Name { get; init; } = "";

    /// <summary>Always <c>env:NAME</c>: secrets never stand in the file.</summary>
    public string Password { get; init; } = "";
    public List<BootstrapRole> Roles { get; init; } = [];
}

internal sealed record BootstrapRole
{
    public string Project { get; init; } = "";
    public string Role { get; init; } = "member";
}

internal sealed record BootstrapFlavor
{
    public string Name { get; init; } = "";

    /// <summary>Null takes the name.</summary>
    public string? Id { get; init; }
    public int Vcpus { get; init; } = 1;
    public int RamMib { get; init; } = 512;
    public int DiskGib { get; init; }
}
