using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.State;
using Lab.Emulators.Dpu.Tests.Card;

namespace Lab.Emulators.Dpu.Tests.Backend;

public sealed class ByKindBackendTests : IAsyncDisposable
{
    private static readonly HashSet<BdevKind> Owned = [BdevKind.Null];
    private readonly FakeBackend own = new();
    private readonly FakeBackend daemon = new();

    [Fact]
    public async Task Bdevs_AndTheirExports_AreWhereTheirKindBelongs()
    {
        await using var backend = new ByKindBackend(own, daemon, Owned, "/none/qsd.pid");
        await backend.StartAsync(new BackendLayout([Bdev("n", BdevKind.Null), Bdev("v", BdevKind.Nbd)], [Export("v.sock", "v")]), CancellationToken.None);
        await backend.OpenAsync(Bdev("m", BdevKind.Null), CancellationToken.None);
        await backend.ExportAsync(Export("m.sock", "m"), CancellationToken.None);
        await backend.LimitAsync("m", new RateLimits { RwIosPerSec = 1000 }, CancellationToken.None);
        Assert.Equal(["m", "n"], own.Bdevs.Keys.Order());
        Assert.Equal(["v"], daemon.Bdevs.Keys);
        Assert.Equal(["m.sock"], own.Exports.Keys);
        Assert.Equal(["v.sock"], daemon.Exports.Keys);
        Assert.Equal(1000u, own.Bdevs["m"].Limits.RwIosPerSec);
        Assert.Equal(3, (await backend.CountAsync(CancellationToken.None)).Count);
        await backend.UnexportAsync("v.sock", CancellationToken.None);
        await backend.CloseAsync("v", CancellationToken.None);
        Assert.Empty(daemon.Bdevs);
        Assert.Empty(daemon.Exports);
    }

    [Fact]
    public async Task Daemon_IsStartedWithItsFirstBdev()
    {
        await using var backend = new ByKindBackend(own, daemon, Owned, "/none/qsd.pid");
        await backend.StartAsync(new BackendLayout([Bdev("n", BdevKind.Null)], []), CancellationToken.None);
        Assert.Equal((1, 0), (own.Starts, daemon.Starts));
        await backend.OpenAsync(Bdev("v", BdevKind.Nbd), CancellationToken.None);
        await backend.OpenAsync(Bdev("w", BdevKind.Nbd), CancellationToken.None);
        Assert.Equal(1, daemon.Starts);
    }

    [Fact]
    public async Task Daemon_OfAnEarlierLife_IsToldThatNothingIsItsAnyMore()
    {
        var pidFile = Path.GetTempFileName();
        await using var backend = new ByKindBackend(own, daemon, Owned, pidFile);
        await backend.StartAsync(new BackendLayout([Bdev("n", BdevKind.Null)], [Export("n.sock", "n")]), CancellationToken.None);
        File.Delete(pidFile);
        Assert.Equal(1, daemon.Starts);
        Assert.Empty(daemon.Exports);
        Assert.Single(own.Exports);
    }

    public async ValueTask DisposeAsync()
    {
        await own.DisposeAsync();
        await daemon.DisposeAsync();
    }

    private static Bdev Bdev(string name, BdevKind kind) => new() { Name = name, Kind = kind, Uuid = Guid.NewGuid(), BlockSize = 512 };

    private static BlkExport Export(string socket, string bdev) => new(socket, bdev, false, 1, 512);
}
