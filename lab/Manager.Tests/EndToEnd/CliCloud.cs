using System.Diagnostics;
using System.Security.Cryptography;
using Lab.Manager.Tests.Fixtures;

namespace Lab.Manager.Tests.EndToEnd;

/// <summary>A manager and a storage target as programs, an agent on the real link, and the openstack CLI of two users.</summary>
public sealed class CliCloud : IAsyncLifetime
{
    public const int ImageBytes = 4 << 20;

    private const string Bootstrap = """
        projects: [{name: admin}, {name: red}]
        users:
          - {name: admin, password: env:TEST_PASSWORD, roles: [{project: admin, role: admin}]}
          - {name: rita, password: env:TEST_PASSWORD, roles: [{project: red, role: member}]}
        flavors:
          - {name: bm.small, vcpus: 1, ram_mib: 512, disk_gib: 1}
        """;

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("cli-test-");
    private StorageProcess? storage;
    private ManagerProcess? manager;
    private FakeAgent? agent;

    internal OpenStackCli Admin { get; private set; } = null!;
    internal OpenStackCli Red { get; private set; } = null!;
    internal FakeAgent Agent => agent!;
    internal HttpClient RedHttp { get; private set; } = null!;

    /// <summary>A file of <see cref="ImageBytes"/> random bytes.</summary>
    public string ImageFile => PathOf("image.raw");

    /// <summary>SHA-256 of the image file.</summary>
    public string ImageHash { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(PathOf("bootstrap.yaml"), Bootstrap);
        var image = RandomNumberGenerator.GetBytes(ImageBytes);
        ImageHash = Convert.ToHexStringLower(SHA256.HashData(image));
        await File.WriteAllBytesAsync(ImageFile, image);

        storage = await StorageProcess.StartAsync();
        manager = await ManagerProcess.StartAsync(PathOf("state"), storage.Access, PathOf("bootstrap.yaml"));
        Admin = Cli("admin", "admin", "identity");
        Red = Cli("rita", "red", "identity/v3");
        RedHttp = await LoginAsync("rita", "red");
        agent = await EnrolAsync();
    }

    public string PathOf(string name) => Path.Combine(directory.FullName, name);

    /// <summary>SHA-256 of the first bytes of a volume, read over NBD as the DPU would.</summary>
    public async Task<string> HashOfVolumeAsync(string url, int bytes)
    {
        // qemu-img reads the one block of that size; nothing is guessed of the content.
        string[] arguments = ["dd", "-f", "raw", "-O", "raw", $"bs={bytes}", "count=1", $"if={url}", $"of={PathOf("read.raw")}"];
        using var process = Process.Start(new ProcessStartInfo("qemu-img", arguments) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, errors);
        return Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(PathOf("read.raw"))));
    }

    public async ValueTask DisposeAsync()
    {
        if (agent is not null)
            await agent.DisposeAsync();
        RedHttp?.Dispose();
        if (manager is not null)
            await manager.DisposeAsync();
        if (storage is not null)
            await storage.DisposeAsync();
        directory.Delete(recursive: true);
    }

    private OpenStackCli Cli(string user, string project, string authPath) =>
        new(manager!.PublicUrl, PathOf("state/ca.pem"), user, project, TestCloud.Password, directory.FullName) { AuthPath = authPath };

    private async Task<HttpClient> LoginAsync(string user, string project)
    {
        using var anonymous = manager!.CreateClient();
        var body = TestCloud.LoginBody(user, TestCloud.Password, project).ToJsonString();
        using var response = await anonymous.PostAsync("identity/v3/auth/tokens", new StringContent(body));
        Assert.True(response.IsSuccessStatusCode);
        return manager.CreateClient(response.Headers.GetValues("X-Subject-Token").Single());
    }

    private async Task<FakeAgent> EnrolAsync()
    {
        using var admin = await LoginAsync("admin", "admin");
        var token = await admin.CreateAsync("v1/enrolment-tokens", "{}");
        var enrolled = await FakeAgent.EnrolAsync(manager!.LinkUrl, manager.Authority, token["token"]!.GetValue<string>());
        // The storage target lets in who is named here: the test reads the volumes itself.
        enrolled.StorageAddress = "127.0.0.1";
        await enrolled.ConnectAsync(manager.LinkUrl);
        await Eventually.SeeAsync(
            "the node is available",
            async () => (await admin.CallAsync("GET", $"baremetal/v1/nodes/{enrolled.Serial}")).Body["provision_state"]?.GetValue<string>(),
            state => state == "available");
        return enrolled;
    }
}
