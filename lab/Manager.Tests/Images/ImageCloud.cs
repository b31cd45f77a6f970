using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Lab.Manager.BlockStorage;
using Lab.Manager.Images;
using Lab.Manager.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Lab.Manager.Tests.Images;

/// <summary>A manager before a storage target that the test looks into; it can be stopped and started over its state.</summary>
public sealed class ImageCloud : IAsyncLifetime
{
    public const string ImagesPath = "image/v2/images";
    private readonly string stateDirectory = Directory.CreateTempSubdirectory("manager-test-").FullName;
    private RunningManager? manager;

    internal MemoryStorageTarget Target { get; } = new();
    internal QemuImage Qemu { get; } = new();
    internal IServiceProvider Services => manager!.Services;
    public HttpClient Red { get; private set; } = null!;
    public HttpClient Blue { get; private set; } = null!;
    public HttpClient Admin { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        Red = await TestCloud.LoginAsync(manager!, TestCloud.Red);
        Blue = await TestCloud.LoginAsync(manager!, TestCloud.Blue);
        Admin = await TestCloud.LoginAsync(manager!, TestCloud.Administrator);
    }

    /// <summary>Ends the manager and starts one over what it left.</summary>
    public async Task RestartAsync()
    {
        var token = Red.DefaultRequestHeaders.GetValues("X-Auth-Token").Single();
        Red.Dispose();
        await manager!.DisposeAsync();
        await StartAsync();
        Red = manager!.CreateClient(token);
    }

    public static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    public static async Task<Guid> CreateAsync(HttpClient client, string format) =>
        Guid.Parse((await client.CreateAsync(ImagesPath, $$"""{"name":"i","disk_format":"{{format}}","container_format":"bare"}""")).Id());

    public static async Task<JsonObject> ShowAsync(HttpClient client, Guid image) => (await client.CallAsync("GET", $"{ImagesPath}/{image}")).Body;

    public static async Task<string> StatusAsync(HttpClient client, Guid image) => (await ShowAsync(client, image))["status"]!.GetValue<string>();

    public static async Task<int> UploadAsync(HttpClient client, Guid image, byte[] bytes, bool chunked = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{ImagesPath}/{image}/file") { Content = new ByteArrayContent(bytes) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await client.SendAsync(request);
        return (int)response.StatusCode;
    }

    public static async Task<int> PatchAsync(HttpClient client, Guid image, string json)
    {
        using var content = new StringContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue(ImagePatch.MediaType);
        using var response = await client.PatchAsync($"{ImagesPath}/{image}", content);
        return (int)response.StatusCode;
    }

    public string TemporaryFile(string name) => Path.Combine(stateDirectory, "images", name);

    public string[] TemporaryFiles() => Directory.GetFiles(Path.Combine(stateDirectory, "images"));

    public async ValueTask DisposeAsync()
    {
        Red?.Dispose();
        Blue?.Dispose();
        Admin?.Dispose();
        if (manager is not null)
            await manager.DisposeAsync();
        Qemu.Dispose();
        Directory.Delete(stateDirectory, recursive: true);
    }

    private async Task StartAsync() => manager = await RunningManager.StartAsync(
        customise: services =>
        {
            TestCloud.Seed(services);
            services.AddSingleton<IStorageTarget>(Target);
        },
        stateDirectory: stateDirectory);
}
