using System.Globalization;

namespace Lab.Reports.Store;

/// <summary>Size and time of a run's files: what tells, without reading them, that they are as they were.</summary>
internal static class FileStamp
{
    public static string Of(string directory) => string.Join(' ', RunChecksums.Files.Select(name =>
    {
        var file = new FileInfo(Path.Combine(directory, name));
        return file.Exists ? string.Create(CultureInfo.InvariantCulture, $"{file.Length}@{file.LastWriteTimeUtc.Ticks}") : "-";
    }));
}
