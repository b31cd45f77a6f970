namespace Lab.Manager.Identity;

/// <summary>The roles that the manager's policy knows.</summary>
internal static class RoleNames
{
    /// <summary>Everything, in every project.</summary>
    public const string Admin = "admin";

    /// <summary>Reads and changes what is the project's.</summary>
    public const string Member = "member";

    /// <summary>Reads what is the project's.</summary>
    public const string Reader = "reader";

    public static IReadOnlyList<string> All { get; } = [Admin, Member, Reader];
}
