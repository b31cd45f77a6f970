using System.IO.Pipelines;
using System.Net.Http.Headers;
using Lab.Manager.BlockStorage;
using Lab.Manager.Database;
using Lab.Manager.Images;
using Lab.Manager.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using static Lab.Manager.Tests.Images.ImageCloud;

namespace Lab.Manager.Tests.Images;

[Collection(AloneCollection.Name)]
public sealed class ImageRecoveryTests(ImageCloud cloud) : IClassFixture<ImageCloud>
{
    [Fact]
    public async Task Upload_CutOffByTheClient_CanBeSentAgain()
    {
        var image = await CreateAsync(cloud.Red, "raw");
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await pipe.Writer.WriteAsync(Bytes(1 << 20));
        using var request = UploadOf(image, new StreamContent(pipe.Reader.AsStream()));
        var upload = cloud.Red.SendAsync(request);
        await Eventually.SeeAsync("the upload is under way", () => cloud.TemporaryFiles().Length > 0);

        await pipe.Writer.CompleteAsync(new IOException("the client is gone"));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => upload);
        await QueuedAsync(image);
        Assert.Empty(cloud.TemporaryFiles());
        Assert.Equal(204, await UploadAsync(cloud.Red, image, Bytes(1 << 20)));
    }

    [Fact]
    public async Task Upload_CutOffAtAnyMoment_LeavesTheImageQueued()
    {
        var image = await CreateAsync(cloud.Red, "raw");
        for (var milliseconds = 0; milliseconds < 60; milliseconds += 5)
        {
            // Longer than the server takes in before it is cut off.
            using var request = UploadOf(image, new StreamContent(new EndlessStream()));
            using var cut = new CancellationTokenSource(TimeSpan.FromMilliseconds(milliseconds));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cloud.Red.SendAsync(request, cut.Token));
        }

        await QueuedAsync(image);
        await Eventually.SeeAsync(
            "the image takes data again", () => UploadAsync(cloud.Red, image, Bytes(1 << 20)), status => status == 204);
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
        await Eventually.SeeAsync("its data is gone", () => !cloud.Target.Snapshots.ContainsKey(image));
    }

    private static HttpRequestMessage UploadOf(Guid image, HttpContent content)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return new HttpRequestMessage(HttpMethod.Put, $"{ImagesPath}/{image}/file") { Content = content };
    }

    private Task QueuedAsync(Guid image) =>
        Eventually.SeeAsync("the image is queued", () => StatusAsync(cloud.Red, image), status => status == "queued");

    /// <summary>Zeroes without end.</summary>
    private sealed class EndlessStream : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Clear();
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
