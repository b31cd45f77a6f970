using Lab.Emulators.Dpu.DataPath;

namespace Lab.Emulators.Dpu.Tests.DataPath;

/// <summary>A device's channel on a reactor of its own, used as a front uses it.</summary>
internal sealed class ChannelRig : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<Exception> escaped;
    private readonly bool ownsReactor;
    private bool isClosed;

    private ChannelRig(Reactor reactor, List<Exception> escaped, bool ownsReactor)
    {
        Reactor = reactor;
        this.ownsReactor = ownsReactor;
        this.escaped = escaped;
    }

    public Reactor Reactor { get; }

    public IIoChannel Channel { get; private set; } = null!;

    /// <param name="reactor">Null: one of its own.</param>
    public static async Task<ChannelRig> OpenAsync(IBlockDevice device, Reactor? reactor = null)
    {
        var escaped = new List<Exception>();
        var rig = new ChannelRig(reactor ?? new Reactor("test", escaped.Add), escaped, reactor is null);
        await rig.Reactor.RunAsync(() => rig.Channel = device.OpenChannel(rig.Reactor));
        return rig;
    }

    /// <summary>Submits all of them as one batch.</summary>
    public Task SubmitAsync(params TestRequest[] requests) => Reactor.RunAsync(() =>
    {
        foreach (var request in requests)
            Channel.Submit(request);
        Channel.Kick();
    });

    public async Task<BlockStatus> RunAsync(TestRequest request)
    {
        await SubmitAsync(request);
        return await request.Completed.WaitAsync(Patience);
    }

    public async Task<BlockStatus> WriteAsync(ulong offset, int length, byte value)
    {
        using var request = new TestRequest(BlockOperation.Write, offset, length).Fill(value);
        return await RunAsync(request);
    }

    public async Task<byte[]> ReadAsync(ulong offset, int length)
    {
        using var request = new TestRequest(BlockOperation.Read, offset, length);
        Assert.Equal(BlockStatus.Ok, await RunAsync(request));
        return request.Data.ToArray();
    }

    public async Task<BlockStatus> DoAsync(BlockOperation operation, ulong offset = 0, int length = 0)
    {
        using var request = new TestRequest(operation, offset, length);
        return await RunAsync(request);
    }

    /// <summary>What is under the channel may be ended then, as long as the reactor runs.</summary>
    public Task CloseAsync() => isClosed ? Task.CompletedTask : Reactor.RunAsync(() =>
    {
        isClosed = true;
        Channel.Dispose();
    });

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        if (ownsReactor)
            await Reactor.DisposeAsync();
        Assert.Empty(escaped);
    }
}
