using System.Net.Http.Headers;
using Lab.Manager.BlockStorage;
using Lab.Manager.Database;
using Lab.Manager.Images;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Lab.Manager.Tests.Fixtures;
using static Lab.Manager.Tests.Images.ImageCloud;

namespace Lab.Manager.Tests.Images;

[Collection(AloneCollection.Name)]
public sealed class ImageRecoveryTests(ImageCloud cloud) : IClassFixture<ImageCloud>
{
    [Fact]
    public async Task Upload_CutOffByTheClient_CanBeSentAgain()
    {
        var image = await CreateAsync(cloud.Red, "raw");
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{ImagesPath}/{image}/file") { Content = new StreamContent(new BrokenStream()) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => cloud.Red.SendAsync(request));

        await WaitForAsync(async () => await StatusAsync(cloud.Red, image) == "queued");
        Assert.Empty(cloud.TemporaryFiles());
        Assert.Equal(204, await UploadAsync(cloud.Red, image, Bytes(1 << 20)));
    }

    [Fact]
    public async Task Upload_CutOffByAKill_IsQueuedAgainAtTheNextStart()
    {
        var image = await CreateAsync(cloud.Red, "raw");
        await using (var context = await cloud.Services.GetRequiredService<IDbContextFactory<ManagerDbContext>>().CreateDbContextAsync())
            await context.Set<Image>().Where(i => i.Id == image).ExecuteUpdateAsync(set => set.SetProperty(i => i.Status, ImageStatus.Saving));
        await File.WriteAllTextAsync(cloud.TemporaryFile($"{image}.upload"), "half of it");
        cloud.Target.Volumes[image] = new byte[512];

        await cloud.RestartAsync();

        Assert.Equal("queued", await StatusAsync(cloud.Red, image));
        Assert.Empty(cloud.TemporaryFiles());
        Assert.Equal(204, await UploadAsync(cloud.Red, image, Bytes(1 << 20)));
        Assert.Empty(cloud.Target.Volumes);
    }

    [Fact]
    public async Task Upload_WhileTheStorageTargetFails_CanBeSentAgain()
    {
        var image = await CreateAsync(cloud.Red, "raw");
        cloud.Target.Failure = new StorageTargetException("storage target: it is on fire");

        Assert.Equal(503, await UploadAsync(cloud.Red, image, Bytes(1 << 20)));

        Assert.Equal("queued", await StatusAsync(cloud.Red, image));
        cloud.Target.Failure = null;
        Assert.Equal(204, await UploadAsync(cloud.Red, image, Bytes(1 << 20)));
    }

    [Fact]
    public async Task Delete_WhileTheStorageTargetFails_IsFinishedAtTheNextStart()
    {
        var image = await CreateAsync(cloud.Red, "raw");
        await UploadAsync(cloud.Red, image, Bytes(1 << 20));
        cloud.Target.Failure = new StorageTargetException("storage target: it is on fire");

        Assert.Equal(204, (await cloud.Red.CallAsync("DELETE", $"{ImagesPath}/{image}")).Status);

        Assert.Equal(404, (await cloud.Red.CallAsync("GET", $"{ImagesPath}/{image}")).Status);
        Assert.NotEmpty(cloud.Target.Snapshots);
        cloud.Target.Failure = null;
        await cloud.RestartAsync();
        await WaitForAsync(() => Task.FromResult(!cloud.Target.Snapshots.ContainsKey(image)));
    }

    /// <summary>Gives some bytes and then fails, as a client that is killed.</summary>
    private sealed class BrokenStream : Stream
    {
        private int reads;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => reads++ < 3 ? count : throw new IOException("the client is gone");

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
