namespace Lab.Emulators.Dpu.DataPath;

/// <summary>A block device of the data path, whatever is behind it: SPDK's bdev.</summary>
internal interface IBlockDevice : IAsyncDisposable
{
    /// <summary>Bytes of a logical block.</summary>
    uint BlockSize { get; }

    /// <summary>Changes when the volume is resized; <see cref="Resized"/> follows.</summary>
    ulong SizeBytes { get; }

    bool IsReadOnly { get; }

    /// <summary>Raised on any thread.</summary>
    event Action? Resized;

    /// <summary>A channel for I/O from one reactor's thread, and from no other (SPDK's io_channel): so nothing on the way of a request is locked.</summary>
    IIoChannel OpenChannel(Reactor reactor);
}

/// <summary>Used on its reactor's thread only; requests complete on it too.</summary>
internal interface IIoChannel : IDisposable
{
    /// <summary>
    /// Takes a request; never waits. It completes by <see cref="BlockRequest.Complete"/>, at the earliest before this returns. A device that
    /// lost its target keeps requests until it is back or its time limit is over.
    /// </summary>
    void Submit(BlockRequest request);

    /// <summary>Sends what <see cref="Submit"/> has gathered: called once after a batch.</summary>
    void Kick();
}
