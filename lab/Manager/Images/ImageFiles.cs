using System.Security.Cryptography;

namespace Lab.Manager.Images;

/// <summary>Temporary files of uploads, in a directory of their own that is emptied at start.</summary>
internal sealed partial class ImageFiles
{
    private const int CopyBytes = 1 << 20;
    private readonly string directory;
    private readonly ILogger<ImageFiles> logger;

    public ImageFiles(Configuration.ManagerOptions options, ILogger<ImageFiles> logger)
    {
        this.logger = logger;
        directory = Path.Combine(options.StateDirectory, "images");
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Removes what a killed process left.</summary>
    public void RemoveLeftovers()
    {
        foreach (var file in Directory.EnumerateFiles(directory))
        {
            LogRemoved(Path.GetFileName(file));
            File.Delete(file);
        }
    }

    /// <returns>Paths that exist as files only while the upload runs; gone when disposed.</returns>
    public UploadFiles Open(Guid imageId) =>
        new(Path.Combine(directory, $"{imageId:D}.upload"), Path.Combine(directory, $"{imageId:D}.raw"));

    /// <summary>Stores what comes.</summary>
    /// <returns>How many bytes, and their SHA-256.</returns>
    /// <exception cref="ImageRefusedException">Nothing comes, or more than <see cref="ImageLimits.UploadBytesMax"/>.</exception>
    public static async Task<(long Bytes, string Sha256)> ReceiveAsync(Stream source, string path, CancellationToken token)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
        var buffer = new byte[CopyBytes];
        long bytes = 0;
        int count;
        while ((count = await source.ReadAsync(buffer, token)) > 0)
        {
            bytes += count;
            if (bytes > ImageLimits.UploadBytesMax)
                throw new ImageRefusedException($"it has more than {ImageLimits.UploadBytesMax} bytes");
            hash.AppendData(buffer, 0, count);
            await file.WriteAsync(buffer.AsMemory(0, count), token);
        }
        return bytes > 0
            ? (bytes, Convert.ToHexStringLower(hash.GetHashAndReset()))
            : throw new ImageRefusedException("it is empty");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Removed {File}, left by an upload that was cut off")]
    private partial void LogRemoved(string file);
}

internal sealed record UploadFiles(string Upload, string Raw) : IDisposable
{
    public void Dispose()
    {
        File.Delete(Upload);
        File.Delete(Raw);
    }
}
