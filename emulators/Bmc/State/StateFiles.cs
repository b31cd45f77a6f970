using System.Diagnostics.CodeAnalysis;

namespace Lab.Emulators.Bmc.State;

internal static class StateFiles
{
    /// <summary>A file of the directory; null when nothing is kept.</summary>
    [return: NotNullIfNotNull(nameof(directory))]
    internal static string? In(string? directory, string file) => directory is null ? null : Path.Combine(directory, file);
}
