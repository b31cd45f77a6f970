using System.Text;
using System.Text.Json.Nodes;
using Lab.Agent.ConfigDrive;
using Lab.Agent.Tests.Network;
using Lab.Agent.Tests.Reconcile;
using Lab.Contracts.Link;

namespace Lab.Agent.Tests.ConfigDrive;

public sealed class ConfigDriveTests : IDisposable
{
    private readonly string directory = Path.Combine(Directory.CreateTempSubdirectory("agent-drive-").FullName, "run");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static NodeSpec Spec { get; } = Specs.Instance(7) with
    {
        Instance = Specs.Metadata(7) with
        {
            UserData = Convert.ToBase64String("#!/bin/sh\necho hallo\n"u8.ToArray()),
            Metadata = new Dictionary<string, string> { ["role"] = "wëb" },
            PublicKeys = new Dictionary<string, string> { ["me"] = "ssh-ed25519 AAAA me" },
        },
    };

    [Fact]
    public async Task Drive_ReadByIsoinfo_HasLabelAndFiles()
    {
        var drives = new ConfigDriveFiles(Tool.Here, directory);
        var path = drives.PathOf(Spec)!;
        await drives.MakeAsync(Spec, Token);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Contains("Volume id: config-2\n", await Tool.Here.RunAsync($"isoinfo -d -i {path}", Token), StringComparison.Ordinal);
        var metadata = JsonNode.Parse(await ReadAsync(path, "meta_data.json"))!;
        Assert.Equal(Spec.Instance!.Id.ToString(), metadata["uuid"]!.GetValue<string>());
        Assert.Equal("wëb", metadata["meta"]!["role"]!.GetValue<string>());
        Assert.Equal("#!/bin/sh\necho hallo\n", await ReadAsync(path, "user_data"));
        var network = JsonNode.Parse(await ReadAsync(path, "network_data.json"))!;
        Assert.Equal("fa:16:3e:00:00:07", network["links"]![0]!["ethernet_mac_address"]!.GetValue<string>());
        Assert.Equal("192.168.1.7", network["networks"]![0]!["ip_address"]!.GetValue<string>());
        Assert.Equal("255.255.255.0", network["networks"]![0]!["netmask"]!.GetValue<string>());
        Assert.Equal("192.168.1.254", network["networks"]![0]!["routes"]![0]!["gateway"]!.GetValue<string>());
        Assert.Equal("9.9.9.9", network["services"]![0]!["address"]!.GetValue<string>());
    }

    [Fact]
    public async Task Drive_MadeAgain_IsLeftAloneAndAnotherReplacesIt()
    {
        var drives = new ConfigDriveFiles(Tool.Here, directory);
        await drives.MakeAsync(Spec, Token);
        var path = drives.PathOf(Spec)!;
        var written = File.GetLastWriteTimeUtc(path);
        await drives.MakeAsync(Spec, Token);
        Assert.Equal(written, File.GetLastWriteTimeUtc(path));

        var other = Spec with { Ports = [.. Spec.Ports, Specs.Port(8)] };
        await drives.MakeAsync(other, Token);
        Assert.Equal([drives.PathOf(other)!], Directory.GetFileSystemEntries(directory));

        drives.Delete(Spec.Instance!.Id);
        Assert.Empty(Directory.GetFileSystemEntries(directory));
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(directory)!, recursive: true);

    private static Task<string> ReadAsync(string path, string name) =>
        Tool.Here.RunAsync($"isoinfo -R -i {path} -x /openstack/latest/{name}", Token);
}
