using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

/// <summary>What host and controller agreed on for one connection (ICReq and ICResp, NVMe/TCP transport specification 1.0 §3.6.2).</summary>
/// <param name="H2CDataBytesMax">Most data that the controller takes in one H2CData PDU.</param>
internal sealed record QueueTerms(PduDigests Digests, int H2CDataBytesMax);

/// <summary>What a namespace's I/O commands have to keep to.</summary>
/// <param name="InCapsuleBytesMax">Data that a command may bring with it (IOCCSZ less the command itself).</param>
/// <param name="TransferBytesMax">Data of one command (MDTS).</param>
/// <param name="Depth">Commands under way at a time.</param>
/// <param name="SupportsWriteZeroes">ONCS.</param>
/// <param name="SupportsDiscard">ONCS: dataset management.</param>
internal sealed record IoQueueLimits(int InCapsuleBytesMax, int TransferBytesMax, int Depth, bool SupportsWriteZeroes, bool SupportsDiscard);
