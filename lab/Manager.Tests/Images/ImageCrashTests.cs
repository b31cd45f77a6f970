using System.IO.Pipelines;
using System.Net.Http.Headers;
using Lab.Manager.Tests.Fixtures;
using static Lab.Manager.Tests.Images.ImageCloud;

namespace Lab.Manager.Tests.Images;

/// <summary>kill -9 of the manager in the middle of an upload.</summary>
public sealed class ImageCrashTests : IAsyncLifetime
{
    private readonly DirectoryInfo state = Directory.CreateTempSubdirectory("manager-test-");
    private FakeStorage storage = null!;

    public async ValueTask InitializeAsync()
    {
        storage = await FakeStorage.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(state.FullName, "bootstrap.yaml"), """
            projects: [{name: red}]
            users: [{name: rita, password: env:TEST_PASSWORD, roles: [{project: red, role: member}]}]
            """);
    }

    [Fact]
    public async Task Upload_WhoseManagerIsKilled_CanBeSentAgainToTheNext()
    {
        Guid image;
        string token;
        await using (var manager = await StartAsync())
        {
            token = await LoginAsync(manager);
            using var client = manager.CreateClient(token);
            image = await CreateAsync(client, "raw");
            var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
            await pipe.Writer.WriteAsync(Bytes(1 << 20));
            using var request = new HttpRequestMessage(HttpMethod.Put, $"{ImagesPath}/{image}/file") { Content = new StreamContent(pipe.Reader.AsStream()) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            var upload = client.SendAsync(request);
            await Eventually.SeeAsync("the upload is under way", () => TemporaryFiles().Any(f => new FileInfo(f).Length > 0));
            Assert.Equal("saving", await StatusAsync(client, image));

            await manager.KillAsync();

            await pipe.Writer.CompleteAsync();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => upload);
            Assert.NotEmpty(TemporaryFiles());
        }

        await using var next = await StartAsync();
        using var again = next.CreateClient(token);
        Assert.Equal("queued", await StatusAsync(again, image));
        Assert.Empty(TemporaryFiles());
        Assert.Equal(204, await UploadAsync(again, image, Bytes(1 << 20)));
        Assert.Equal("active", await StatusAsync(again, image));
    }

    public async ValueTask DisposeAsync()
    {
        await storage.DisposeAsync();
        state.Delete(recursive: true);
    }

    private static async Task<string> LoginAsync(ManagerProcess manager)
    {
        using var anonymous = manager.CreateClient();
        using var body = new StringContent(TestCloud.LoginBody("rita", TestCloud.Password, "red").ToJsonString());
        using var response = await anonymous.PostAsync("identity/v3/auth/tokens", body);
        return response.Headers.GetValues("X-Subject-Token").Single();
    }

    private Task<ManagerProcess> StartAsync() =>
        ManagerProcess.StartAsync(state.FullName, storage.Access, Path.Combine(state.FullName, "bootstrap.yaml"));

    private string[] TemporaryFiles() => Directory.GetFiles(Path.Combine(state.FullName, "images"));
}
