namespace Lab.Scenarios.Fixtures;

/// <summary>
/// What a guest calls the disk that is attached to it while it runs. By name and not by serial number, because
/// qemu-storage-daemon tells the same serial number for every disk; the kernel gives a disk the first free name.
/// </summary>
internal static class GuestDisks
{
    /// <summary>Behind the system disk and the config drive.</summary>
    public const string OfCloud = "vdc";

    /// <summary>Behind the local system disk.</summary>
    public const string OfBaseline = "vdb";

    /// <summary>Behind that one.</summary>
    public const string OfDaemon = "vdc";
}
