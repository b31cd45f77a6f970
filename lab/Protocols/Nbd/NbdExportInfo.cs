using System.Buffers.Binary;

namespace Lab.Protocols.Nbd;

/// <summary>Size in bytes and flags of an export: NBD_INFO_EXPORT, and the answer to NBD_OPT_EXPORT_NAME without its info type.</summary>
public readonly record struct NbdExportInfo(ulong SizeBytes, NbdExportFlags Flags)
{
    /// <summary>Bytes of the data of an NBD_REP_INFO that carries this.</summary>
    public const int InfoSize = 12;

    /// <summary>Bytes of the answer to NBD_OPT_EXPORT_NAME, without the zeroes.</summary>
    public const int ExportNameSize = 10;

    /// <summary>Zeroes that end the answer to NBD_OPT_EXPORT_NAME unless the client asked for none.</summary>
    public const int ExportNameZeroes = 124;

    public static bool TryReadInfo(ReadOnlySpan<byte> source, out NbdExportInfo info)
    {
        info = default;
        if (source.Length != InfoSize || BinaryPrimitives.ReadUInt16BigEndian(source) != (ushort)NbdInfo.Export)
            return false;
        info = new NbdExportInfo(
            BinaryPrimitives.ReadUInt64BigEndian(source[2..]), (NbdExportFlags)BinaryPrimitives.ReadUInt16BigEndian(source[10..]));
        return true;
    }

    public void WriteInfo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)NbdInfo.Export);
        WriteExportName(destination[2..]);
    }

    public void WriteExportName(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, SizeBytes);
        BinaryPrimitives.WriteUInt16BigEndian(destination[8..], (ushort)Flags);
    }
}

/// <summary>NBD_INFO_BLOCK_SIZE, in bytes.</summary>
public readonly record struct NbdBlockSizes(uint Minimum, uint Preferred, uint Maximum)
{
    public const int InfoSize = 14;

    public static bool TryReadInfo(ReadOnlySpan<byte> source, out NbdBlockSizes sizes)
    {
        sizes = default;
        if (source.Length != InfoSize || BinaryPrimitives.ReadUInt16BigEndian(source) != (ushort)NbdInfo.BlockSize)
            return false;
        sizes = new NbdBlockSizes(
            BinaryPrimitives.ReadUInt32BigEndian(source[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(source[6..]),
            BinaryPrimitives.ReadUInt32BigEndian(source[10..]));
        return true;
    }

    public void WriteInfo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)NbdInfo.BlockSize);
        BinaryPrimitives.WriteUInt32BigEndian(destination[2..], Minimum);
        BinaryPrimitives.WriteUInt32BigEndian(destination[6..], Preferred);
        BinaryPrimitives.WriteUInt32BigEndian(destination[10..], Maximum);
    }
}
