using Lab.Harness.Processes;

namespace Lab.Harness.Images;

/// <summary>
/// Images built on this machine, one file per key. Processes may ask at the same time: one builds, the others wait. An image
/// appears under its name only when it is whole.
/// </summary>
public sealed class ImageCache(string directory)
{
    public const string DefaultDirectory = "/var/cache/lab/images";

    /// <summary>Images of a recipe that stay when a new one is built; the oldest go.</summary>
    public const int KeptMax = 3;

    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(10);

    public string Directory => directory;

    /// <summary>Gives the recipe's image, building it when this machine has none of the same key.</summary>
    /// <exception cref="LabException">A tool or package is missing, or the build failed; carries its messages.</exception>
    public async Task<CachedImage> EnsureAsync(ImageRecipe recipe, CancellationToken token)
    {
        var scratch = Path.Combine(directory, "scratch", $"{recipe.Name}-{Guid.NewGuid():n}");
        var files = System.IO.Directory.CreateDirectory(Path.Combine(scratch, "recipe")).FullName;
        try
        {
            await recipe.ExtractAsync(files, token);
            var key = await recipe.KeyAsync(files, token);
            var path = Path.Combine(directory, $"{recipe.Name}-{key}{recipe.Extension}");
            if (File.Exists(path))
                return new CachedImage(path, key);
            using var held = await LockAsync(recipe, token);
            if (!File.Exists(path))
            {
                await BuildAsync(recipe, files, scratch, path, token);
                Prune(recipe);
            }
            return new CachedImage(path, key);
        }
        finally
        {
            System.IO.Directory.Delete(scratch, recursive: true);
        }
    }

    private async Task BuildAsync(ImageRecipe recipe, string files, string scratch, string path, CancellationToken token)
    {
        var work = System.IO.Directory.CreateDirectory(Path.Combine(scratch, "work")).FullName;
        var downloads = System.IO.Directory.CreateDirectory(Path.Combine(directory, "downloads")).FullName;
        var built = Path.Combine(scratch, "built");
        await Tool.RunAsync(
            "env", [$"--chdir={work}", $"LAB_DOWNLOADS={downloads}", .. recipe.Variant, "bash", Path.Combine(files, "build.sh"), "build", built], token);
        File.Move(built, path);
    }

    private void Prune(ImageRecipe recipe)
    {
        var images = new DirectoryInfo(directory).GetFiles($"{recipe.Name}-*{recipe.Extension}").OrderByDescending(f => f.LastWriteTimeUtc);
        foreach (var old in images.Skip(KeptMax))
            old.Delete();
        // Of builds that were killed: none of a living one is that old.
        var scratch = new DirectoryInfo(Path.Combine(directory, "scratch")).GetDirectories($"{recipe.Name}-*");
        foreach (var abandoned in scratch.Where(d => d.CreationTimeUtc < TimeProvider.System.GetUtcNow() - (2 * BuildLimit)))
            abandoned.Delete(recursive: true);
    }

    /// <summary>The lock goes with its holder: the kernel frees it when the process dies.</summary>
    private async Task<FileStream> LockAsync(ImageRecipe recipe, CancellationToken token)
    {
        var path = Path.Combine(directory, $"{recipe.Name}.lock");
        return await Wait.ForAsync(
            $"another process that builds the {recipe.Name} image", BuildLimit,
            _ => Task.FromResult<FileStream?>(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)), token);
    }
}

/// <param name="Path">The image's file; never changed once it is there.</param>
/// <param name="Key">Names what it was made from.</param>
public sealed record CachedImage(string Path, string Key);
