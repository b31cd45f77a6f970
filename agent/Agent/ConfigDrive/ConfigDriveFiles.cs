using Lab.Agent.Network;
using Lab.Contracts.Link;

namespace Lab.Agent.ConfigDrive;

/// <summary>
/// Makes config drives as ISO 9660 images with label <c>config-2</c> (genisoimage) in the run directory. The name has the content's hash
/// in it, so that a file that exists is the right one.
/// </summary>
public sealed class ConfigDriveFiles(CommandRunner commands, string directory)
{
    public const string Label = "config-2";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Where the drive of a spec is, or will be; null when no instance is bound.</summary>
    public string? PathOf(NodeSpec spec) =>
        spec.Instance is { } instance ? PathOf(instance.Id, ConfigDriveContent.Of(instance, spec.Ports)) : null;

    /// <summary>Makes the drive unless it is there, and removes older ones of the same instance.</summary>
    /// <exception cref="CommandException">genisoimage failed.</exception>
    public async Task MakeAsync(NodeSpec spec, CancellationToken token)
    {
        if (spec.Instance is not { } instance)
            return;
        var content = ConfigDriveContent.Of(instance, spec.Ports);
        var path = PathOf(instance.Id, content);
        if (!File.Exists(path))
            await WriteAsync(content, path, token);
        foreach (var other in Directory.EnumerateFiles(directory, Prefix(instance.Id) + "*"))
            if (other != path)
                File.Delete(other);
        foreach (var unfinished in Directory.EnumerateDirectories(directory, Prefix(instance.Id) + "*"))
            Directory.Delete(unfinished, recursive: true);
    }

    /// <summary>Removes the drives of an instance.</summary>
    public void Delete(Guid instance)
    {
        if (!Directory.Exists(directory))
            return;
        foreach (var path in Directory.EnumerateFiles(directory, Prefix(instance) + "*"))
            File.Delete(path);
    }

    private async Task WriteAsync(ConfigDriveContent content, string path, CancellationToken token)
    {
        Directory.CreateDirectory(directory);
        var unfinished = path + ".part";
        var tree = Directory.CreateDirectory(path + ".tree", OwnerOnly | UnixFileMode.UserExecute);
        try
        {
            foreach (var (name, bytes) in content.Files)
            {
                var file = Path.Combine(tree.FullName, name);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                await File.WriteAllBytesAsync(file, bytes, token);
            }
            await using (new FileStream(unfinished, new FileStreamOptions
                { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            {
            }
            await commands.RunAsync("genisoimage",
                ["-quiet", "-J", "-r", "-V", Label, "-input-charset", "utf-8", "-o", unfinished, tree.FullName], null, token);
            File.SetUnixFileMode(unfinished, OwnerOnly);
            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            tree.Delete(recursive: true);
        }
    }

    private string PathOf(Guid instance, ConfigDriveContent content) => Path.Combine(directory, Prefix(instance) + content.Hash + ".iso");

    private static string Prefix(Guid instance) => $"config-drive-{instance:D}-";
}
