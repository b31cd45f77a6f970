namespace Lab.Cli.Experiments;

/// <summary>A build of manager and agent that sessions may be run with.</summary>
/// <param name="Name">As the user named it.</param>
/// <param name="Directory">A checkout, or what is kept of a built revision.</param>
/// <param name="Commit">Null where the build is a directory that does not say.</param>
internal sealed record Build(string Name, string Directory, string? Commit);
