using Lab.Emulators.Dpu.Card;
using Lab.Emulators.Dpu.Pcie;
using Lab.Emulators.Dpu.State;
using Lab.Emulators.Dpu.Tests.Wire;
using Lab.Emulators.JsonRpc;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lab.Emulators.Dpu.Tests.Card;

/// <summary>A card on real sockets with a data path and a host that only remember; it may be restarted over the same state.</summary>
internal sealed class CardFixture : IAsyncDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("dpu-card-").FullName;
    private readonly Stack<IAsyncDisposable> running = new();

    private CardFixture() => Pcie = new FakePcieServer(InDirectory("pcie.sock"));

    public FakeBackend Backend { get; private set; } = new();

    public FakeInitiator Nvme { get; private set; } = new();

    public FakeRepresentors Representors { get; } = new();

    public FakePcieServer Pcie { get; }

    public DpuCard Card { get; private set; } = null!;

    public RawClient Spdk { get; private set; } = null!;

    public RawClient Virtnet { get; private set; } = null!;

    public string SpdkSocket => InDirectory("spdk.sock");

    public string StateFile => InDirectory("state/state.json");

    public static async Task<CardFixture> StartAsync()
    {
        var fixture = new CardFixture();
        await fixture.PowerOnAsync();
        return fixture;
    }

    public string InDirectory(string name) => Path.Combine(directory, name);

    /// <summary>A new life of the firmware; the data path forgets as if it had died too.</summary>
    public async Task RestartAsync()
    {
        await PowerOffAsync();
        Backend = new FakeBackend();
        Nvme = new FakeInitiator();
        await PowerOnAsync();
    }

    public async Task PowerOnAsync()
    {
        var client = new JsonRpcUnixClient(InDirectory("pcie.sock"));
        running.Push(client);
        Card = new DpuCard(
            "MT0001",
            new StateStore(InDirectory("state")),
            Backend,
            Nvme,
            new PcieServiceClient(client, TimeProvider.System),
            Representors,
            TimeProvider.System,
            NullLogger<DpuCard>.Instance);
        running.Push(Card);
        await Card.StartAsync(CancellationToken.None);
        running.Push(JsonRpcUnixServer.Start(SpdkSocket, Dpud.SpdkSocket(Card, TimeProvider.System), NullLogger.Instance));
        running.Push(JsonRpcUnixServer.Start(InDirectory("virtnet.sock"), Dpud.VirtnetSocket(Card), NullLogger.Instance));
        Spdk = new RawClient(SpdkSocket);
        Virtnet = new RawClient(InDirectory("virtnet.sock"));
    }

    public async Task PowerOffAsync()
    {
        Spdk.Dispose();
        Virtnet.Dispose();
        Card.Abort();
        while (running.TryPop(out var part))
            await part.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await PowerOffAsync();
        await Pcie.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}
