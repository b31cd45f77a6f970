namespace Lab.Manager.Tests.Fixtures;

/// <summary>
/// Tests that must not share the machine with others: one closes a socket under a request, which a child process started by another
/// test at that moment may keep open; one lets qemu-img time its key derivation.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
