namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

/// <summary>
/// What a status field means to a host (NVMe base specification 2.0 §3.3.3.2.1): bits 7:0 status code, 10:8 status code type, 14 do not
/// retry; the phase tag is not part of it here.
/// </summary>
internal static class NvmeStatus
{
    private const int CodeAndType = 0x7ff;
    private const int DoNotRetry = 0x4000;
    private const int TypeShift = 8;
    private const int TypeMask = 7;

    /// <summary>ANA: inaccessible, persistent loss, transition.</summary>
    private const int PathRelatedType = 3;
    private const int InvalidOpcode = 0x001;
    private const int InvalidNamespace = 0x00b;

    public static IoOutcome ToOutcome(ushort status)
    {
        if ((status & CodeAndType) == 0)
            return IoOutcome.Ok;
        if (((status >> TypeShift) & TypeMask) == PathRelatedType)
            return IoOutcome.OtherPath;
        if ((status & CodeAndType) == InvalidOpcode)
            return IoOutcome.Unsupported;
        if ((status & CodeAndType) == InvalidNamespace)
            return IoOutcome.Failed;
        return (status & DoNotRetry) == 0 ? IoOutcome.Retry : IoOutcome.Failed;
    }
}
