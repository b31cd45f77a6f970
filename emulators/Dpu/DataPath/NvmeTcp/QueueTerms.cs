namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

/// <summary>What host and controller agreed on for one connection (ICReq and ICResp, NVMe/TCP transport specification 1.0 §3.6.2).</summary>
/// <param name="HeaderDigest">Every PDU's header is followed by its CRC32C.</param>
/// <param name="DataDigest">Every PDU's data is followed by its CRC32C.</param>
/// <param name="H2CDataBytesMax">Most data that the controller takes in one H2CData PDU.</param>
internal sealed record QueueTerms(bool HeaderDigest, bool DataDigest, int H2CDataBytesMax);

/// <summary>What a namespace's I/O commands have to keep to.</summary>
/// <param name="InCapsuleBytesMax">Data that a command may bring with it (IOCCSZ less the command itself).</param>
/// <param name="TransferBytesMax">Data of one command (MDTS).</param>
/// <param name="Depth">Commands under way at a time.</param>
/// <param name="SupportsWriteZeroes">ONCS.</param>
/// <param name="SupportsDiscard">ONCS: dataset management.</param>
internal sealed record IoQueueLimits(int InCapsuleBytesMax, int TransferBytesMax, int Depth, bool SupportsWriteZeroes, bool SupportsDiscard);

/// <summary>The other side does not keep to NVMe/TCP: the connection cannot go on.</summary>
/// <param name="fatalErrorStatus">FES of the H2CTermReq that tells it so (NVMe/TCP transport specification 1.0 §3.6.2.4).</param>
internal sealed class NvmeTcpProtocolException(int fatalErrorStatus, string message) : IOException(message)
{
    public const int InvalidHeaderField = 1;
    public const int SequenceError = 2;
    public const int HeaderDigestError = 3;
    public const int TransferOutOfRange = 4;
    public const int LimitExceeded = 5;

    public int FatalErrorStatus => fatalErrorStatus;
}
