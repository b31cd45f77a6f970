namespace Lab.Emulators.Bmc.Media;

/// <summary>Images of virtual media on this machine, one a slot: fetched when inserted, gone when ejected.</summary>
/// <param name="directory">Null: the host does not read them, so they are not fetched.</param>
public sealed class MediaStore(string? directory, UrlGuard guard, TimeProvider time)
{
    /// <summary>Bytes of the largest image.</summary>
    public const long ImageBytesMax = 16L * 1024 * 1024 * 1024;
    private static readonly TimeSpan FetchTime = TimeSpan.FromMinutes(10);

    /// <returns>The file; null where images are not fetched.</returns>
    /// <exception cref="MediaException">It may not, or cannot, be fetched.</exception>
    public async Task<string?> FetchAsync(string slot, string url, string? userName, string? password, CancellationToken token)
    {
        var uri = guard.Check(url);
        if (directory is null)
            return null;
        Directory.CreateDirectory(directory);
        var file = FileOf(slot);
        using var late = new CancellationTokenSource(FetchTime, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(token, late.Token);
        try
        {
            await using (var target = new FileStream(file + ".next", FileMode.Create, FileAccess.Write))
                await FetchedImage.CopyAsync(guard, uri, userName, password, target, ImageBytesMax, both.Token);
            File.Move(file + ".next", file, overwrite: true);
            return file;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !token.IsCancellationRequested)
        {
            File.Delete(file + ".next");
            throw e.InnerException as MediaException ?? new MediaException($"{url}: {e.Message}", isRefused: false, e);
        }
    }

    public void Remove(string slot)
    {
        if (directory is not null)
            File.Delete(FileOf(slot));
    }

    private string FileOf(string slot) => Path.Combine(directory!, $"media-{slot}.img");
}
