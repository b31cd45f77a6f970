using Lab.Protocols.Ipmi;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>The part of a record that Get SDR and Get SEL Entry ask for.</summary>
internal static class RecordSlice
{
    internal const byte WholeRecord = 0xff;

    /// <summary>What fits a message of LAN and system interface alike.</summary>
    private const int BytesMax = 128;

    /// <param name="next">Id of the record after this one, FFFFh for none.</param>
    internal static IpmiResponse Answer(ushort next, ReadOnlySpan<byte> record, int offset, int count)
    {
        if (offset > record.Length)
            return IpmiResponse.Error(IpmiCompletion.ParameterOutOfRange);
        var wanted = count == WholeRecord ? record.Length - offset : Math.Min(count, record.Length - offset);
        return wanted > BytesMax
            ? IpmiResponse.Error(IpmiCompletion.CannotReturnRequestedBytes)
            : IpmiResponse.Of([(byte)next, (byte)(next >> 8), .. record.Slice(offset, wanted)]);
    }
}
