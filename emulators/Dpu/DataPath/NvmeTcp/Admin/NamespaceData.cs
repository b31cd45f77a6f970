using System.Buffers.Binary;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.Nvme;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp.Admin;

/// <summary>Identify Namespace and the namespace's identification descriptors (NVM command set specification 1.0 §4.1.5, NVMe base 2.0 §5.17.2.3).</summary>
internal static class NamespaceData
{
    private const int DescriptorHeaderBytes = 4;
    private const byte Nguid = 2;
    private const byte Uuid = 3;
    private const int UuidBytes = 16;
    private const int ShiftMin = 9;
    private const int ShiftMax = 15;
    private const ulong BytesMax = 1UL << 62;

    /// <param name="group">ANA group of the namespace; 0 when it has none.</param>
    /// <returns>False for a namespace that is not active, or whose format is none for a block device.</returns>
    public static bool TryRead(
        ReadOnlySpan<byte> data, ReadOnlySpan<byte> descriptors, string subnqn, uint nsid, out NvmeNamespaceInfo info, out uint group)
    {
        info = null!;
        group = BinaryPrimitives.ReadUInt32LittleEndian(data[92..]);
        var blocks = BinaryPrimitives.ReadUInt64LittleEndian(data);
        var format = data[26] & 0xf;
        var description = BinaryPrimitives.ReadUInt32LittleEndian(data[(128 + (format * 4))..]);
        var metadataBytes = (ushort)description;
        var shift = (int)((description >> 16) & 0xff);
        if (blocks == 0 || metadataBytes != 0 || shift is < ShiftMin or > ShiftMax || blocks > BytesMax >> shift)
            return false;
        info = new NvmeNamespaceInfo(nsid, ReadUuid(descriptors) ?? ReadNguid(data) ?? NvmeHost.Hash($"{subnqn}/{nsid}"), 1u << shift, blocks);
        return true;
    }

    private static Guid? ReadUuid(ReadOnlySpan<byte> descriptors)
    {
        Guid? nguid = null;
        while (descriptors.Length >= DescriptorHeaderBytes && descriptors[1] > 0)
        {
            var length = DescriptorHeaderBytes + descriptors[1];
            if (length > descriptors.Length)
                break;
            if (descriptors[1] == UuidBytes && descriptors[0] is Uuid or Nguid)
            {
                var value = new Guid(descriptors.Slice(DescriptorHeaderBytes, UuidBytes), bigEndian: true);
                if (descriptors[0] == Uuid)
                    return value;
                nguid = value;
            }
            descriptors = descriptors[length..];
        }
        return nguid;
    }

    private static Guid? ReadNguid(ReadOnlySpan<byte> data)
    {
        var nguid = data.Slice(104, UuidBytes);
        return nguid.ContainsAnyExcept((byte)0) ? new Guid(nguid, bigEndian: true) : null;
    }
}
