using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Lab.Harness.Processes;

namespace Lab.Harness.Images;

/// <summary>
/// How an image is made: a directory embedded in this assembly with a <c>build.sh</c> that knows two verbs. <c>inputs</c> prints
/// what outside the directory shapes the image (package versions); <c>build OUT</c> makes it. Both and the files themselves give
/// the image's key, so that the same inputs are never built twice.
/// </summary>
/// <param name="Name">First part of the image's file name.</param>
/// <param name="Folder">The directory under Images.</param>
/// <param name="Extension">Of the image's file, with the dot.</param>
/// <param name="Variant">What <c>build.sh</c> is told by environment, as NAME=VALUE; images of each variant need a name of their own.</param>
public sealed record ImageRecipe(string Name, string Folder, string Extension, params IReadOnlyList<string> Variant)
{
    private const int KeyLength = 16;

    /// <summary>Writes the recipe's files into <paramref name="directory"/>.</summary>
    internal async Task ExtractAsync(string directory, CancellationToken token)
    {
        foreach (var resource in Resources())
        {
            var path = Path.Combine(directory, resource[Prefix.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using var source = Open(resource);
            await using var target = File.Create(path);
            await source.CopyToAsync(target, token);
        }
    }

    /// <param name="directory">Where the recipe was extracted to.</param>
    /// <returns>Hexadecimal, the same for the same inputs.</returns>
    /// <exception cref="LabException">An input is missing on this machine.</exception>
    internal async Task<string> KeyAsync(string directory, CancellationToken token)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var resource in Resources())
        {
            await using var source = Open(resource);
            hash.AppendData(Encoding.UTF8.GetBytes(resource));
            hash.AppendData(await SHA256.HashDataAsync(source, token));
        }
        hash.AppendData(Encoding.UTF8.GetBytes(await Tool.RunAsync("env", [.. Variant, "bash", Path.Combine(directory, "build.sh"), "inputs"], token)));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..KeyLength];
    }

    private string Prefix => $"Images/{Folder}/";

    private IEnumerable<string> Resources() =>
        Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    private static Stream Open(string resource) =>
        Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
        ?? throw new InvalidOperationException($"resource {resource} is missing");
}
