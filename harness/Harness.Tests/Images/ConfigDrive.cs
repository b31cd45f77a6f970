using Lab.Harness.Processes;

namespace Lab.Harness.Tests.Images;

/// <summary>An OpenStack config drive made by genisoimage, as a judge of the guest that reads it.</summary>
internal sealed class ConfigDrive : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("lab-config-");

    public string Path => System.IO.Path.Combine(directory.FullName, "config.iso");

    public static async Task<ConfigDrive> CreateAsync(string metaData, string networkData, string userData, CancellationToken token)
    {
        var drive = new ConfigDrive();
        var latest = drive.directory.CreateSubdirectory("content/openstack/latest").FullName;
        await File.WriteAllTextAsync(System.IO.Path.Combine(latest, "meta_data.json"), metaData, token);
        await File.WriteAllTextAsync(System.IO.Path.Combine(latest, "network_data.json"), networkData, token);
        await File.WriteAllTextAsync(System.IO.Path.Combine(latest, "user_data"), userData, token);
        await Tool.RunAsync(
            "genisoimage", ["-quiet", "-V", "config-2", "-J", "-R", "-o", drive.Path, System.IO.Path.Combine(drive.directory.FullName, "content")], token);
        return drive;
    }

    public void Dispose() => directory.Delete(recursive: true);
}
