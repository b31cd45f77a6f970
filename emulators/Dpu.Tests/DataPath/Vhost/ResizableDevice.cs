using Lab.Emulators.Dpu.DataPath;

namespace Lab.Emulators.Dpu.Tests.DataPath.Vhost;

/// <summary>Reads as 0x77, can be resized, and keeps requests back when it is told to.</summary>
internal sealed unsafe class ResizableDevice : IBlockDevice, IIoChannel
{
    public const byte Value = 0x77;
    private readonly Queue<BlockRequest> held = [];

    public event Action? Resized;

    public uint BlockSize => 512;

    public ulong SizeBytes { get; private set; } = 1 << 20;

    public bool IsReadOnly => false;

    public bool IsHolding { get; set; }

    /// <summary>The reactor that it is used on.</summary>
    public Reactor? Reactor { get; private set; }

    public int Held => held.Count;

    public void Resize(ulong bytes)
    {
        SizeBytes = bytes;
        Resized?.Invoke();
    }

    public Task ReleaseAsync() => Reactor!.RunAsync(() =>
    {
        IsHolding = false;
        while (held.TryDequeue(out var request))
            Do(request);
    });

    public IIoChannel OpenChannel(Reactor reactor)
    {
        Reactor = reactor;
        return this;
    }

    public void Submit(BlockRequest request)
    {
        if (IsHolding)
            held.Enqueue(request);
        else
            Do(request);
    }

    public void Kick()
    {
    }

    public void Dispose()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static void Do(BlockRequest request)
    {
        if (request.Operation == BlockOperation.Read)
            foreach (var segment in request.Segments)
                new Span<byte>((void*)segment.Address, segment.Length).Fill(Value);
        request.Complete(BlockStatus.Ok);
    }
}
