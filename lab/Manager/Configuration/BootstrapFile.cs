namespace Lab.Manager.Configuration;

/// <summary>
/// What the cloud starts with: projects, users, roles and flavors. Users and projects are those of the file, start by start; flavors
/// are made where they are missing.
/// <code>
/// region: RegionOne
/// projects:
///   - {name: admin}
///   - {name: tenant-a, description: The first tenant}
/// users:
///   - name: admin
///     password: env:LAB_ADMIN_PASSWORD
///     roles: [{project: admin, role: admin}]
/// flavors:
///   - {name: bm.small, vcpus: 1, ram_mib: 512, disk_gib: 1}
/// </code>
/// </summary>
internal sealed record BootstrapFile
{
    public string Region { get; init; } = "RegionOne";
    public IReadOnlyList<BootstrapProject> Projects { get; init; } = [];
    public IReadOnlyList<BootstrapUser> Users { get; init; } = [];
    public IReadOnlyList<BootstrapFlavor> Flavors { get; init; } = [];
}

/// <param name="Id">Given in the file, or derived from the name, so that it stays the same from start to start.</param>
internal sealed record BootstrapProject(Guid Id, string Name, string Description);

/// <param name="Password">Read from the environment variable that the file names; dropped once hashed.</param>
internal sealed record BootstrapUser(Guid Id, string Name, string Password, IReadOnlyList<BootstrapRole> Roles)
{
    /// <summary>Keeps the password out of logs and exception texts.</summary>
    public override string ToString() => $"BootstrapUser {{ Name = {Name} }}";
}

internal sealed record BootstrapRole(string Project, string Role);

/// <param name="Id">The name where the file gives none.</param>
internal sealed record BootstrapFlavor(string Id, string Name, int Vcpus, int RamMib, int DiskGib);

/// <param name="Line">From 1.</param>
internal sealed record BootstrapError(int Line, string Message)
{
    public override string ToString() => $"{Line}: {Message}";
}
