using System.Runtime.InteropServices;

namespace Lab.Emulators.Dpu.Linux;

/// <summary>
/// Promises about a memfd's size that the kernel holds everybody to, for good (fcntl(2), "File sealing").
/// </summary>
internal static class FileSeals
{
    private const int AddSeals = 1033;
    private const int GetSeals = 1034;
    private const int Shrink = 2;
    private const int Grow = 4;

    /// <summary>F_SEAL_SEAL.</summary>
    private const int Last = 1;

    /// <returns>
    /// Whether nobody can make the file shorter. False for what cannot be sealed: a file that is not in memory, or one whose maker has
    /// ruled seals out.
    /// </returns>
    public static bool TryForbidShrinking(SafeHandle file)
    {
        var seals = FileControl.Control(file, GetSeals, 0);
        return seals >= 0 && ((seals & Shrink) != 0 || FileControl.Control(file, AddSeals, Shrink) == 0);
    }

    /// <summary>Neither shorter nor longer, and no seal after these.</summary>
    /// <returns>False when the file cannot be sealed.</returns>
    public static bool TryFixSize(SafeHandle file) => FileControl.Control(file, AddSeals, Shrink | Grow | Last) == 0;
}
