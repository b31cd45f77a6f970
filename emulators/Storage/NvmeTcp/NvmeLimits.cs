namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>Limits of the NVMe/TCP front.</summary>
internal static class NvmeLimits
{
    /// <summary>I/O queue pairs of one controller.</summary>
    public const int IoQueuesMax = 16;

    /// <summary>Entries of an I/O queue.</summary>
    public const int QueueEntriesMax = 128;

    public const int AdminEntriesMax = 32;

    /// <summary>Bytes of data in a capsule.</summary>
    public const int InCapsuleBytes = 8192;

    /// <summary>MDTS as a power of two in pages of 4 KiB: 1 MiB.</summary>
    public const int TransferPower = 8;

    public const int TransferBytesMax = 4096 << TransferPower;

    /// <summary>MAXH2CDATA.</summary>
    public const int HostDataBytesMax = 256 * 1024;

    /// <summary>Bytes of writes that one queue has asked for and not done.</summary>
    public const long WriteBytesMax = 16L << 20;

    /// <summary>A longer read is not done on the queue's own thread, so that it does not hold up the others.</summary>
    public const int InlineReadBytesMax = 256 * 1024;

    /// <summary>Answers that wait leave when they are this many bytes, so that the host gets to work.</summary>
    public const int BatchBytesMax = 64 * 1024;

    public const int ControllersMax = 4096;

    /// <summary>AERL + 1.</summary>
    public const int EventRequestsMax = 4;

    /// <summary>Of a log page that is asked for in one command.</summary>
    public const int LogBytesMax = 1 << 20;

    /// <summary>A host is gone when nothing is heard of it for this many times its keep-alive time-out.</summary>
    public const int KeepAliveGrace = 2;

    /// <summary>A keep-alive time-out is looked after at least this often.</summary>
    public static readonly TimeSpan KeepAliveLookMax = TimeSpan.FromDays(1);

    /// <summary>A host has so long to see that a namespace is going away before its connections end.</summary>
    public static readonly TimeSpan RemovalTimeMax = TimeSpan.FromSeconds(1);

    /// <summary>A host that takes none of its answers for so long is gone.</summary>
    public static readonly TimeSpan SendTimeMax = TimeSpan.FromSeconds(60);

    /// <summary>A host that was told of a fatal error has so long to close the connection.</summary>
    public static readonly TimeSpan TerminationTimeMax = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan SetupTimeMax = TimeSpan.FromSeconds(10);
}
