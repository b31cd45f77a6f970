namespace Lab.Protocols.Ipmi.Fru;

/// <summary>Chassis info area (Platform Management FRU Information Storage Definition 1.3 §10).</summary>
/// <param name="Type">SMBIOS enclosure type: 17h is a rack mount chassis.</param>
public sealed record FruChassis(byte Type, string PartNumber, string SerialNumber);

/// <summary>Board info area (§11).</summary>
/// <param name="Made">Kept in minutes since 1996.</param>
public sealed record FruBoard(DateTimeOffset Made, string Manufacturer, string Product, string SerialNumber, string PartNumber);

/// <summary>Product info area (§12).</summary>
public sealed record FruProduct(string Manufacturer, string Product, string PartNumber, string Version, string SerialNumber, string AssetTag);

/// <summary>A FRU's inventory as the bytes clients read (§7 and §8): common header, then three areas, each with its checksum.</summary>
public static class FruInventory
{
    private const byte FormatVersion = 0x01;
    private const byte English = 0x00;
    private const byte EndOfFields = 0xc1;
    private const int Unit = 8;
    private const int HeaderBytes = 8;
    private const int FieldBytesMax = 63;
    private static readonly DateTimeOffset Epoch = new(1996, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static byte[] Write(FruChassis chassis, FruBoard board, FruProduct product)
    {
        var minutes = (int)Math.Max(0, (board.Made - Epoch).TotalMinutes);
        byte[][] areas =
        [
            Area([chassis.Type], chassis.PartNumber, chassis.SerialNumber),
            Area(
                [English, (byte)minutes, (byte)(minutes >> 8), (byte)(minutes >> 16)],
                board.Manufacturer, board.Product, board.SerialNumber, board.PartNumber, ""),
            Area(
                [English], product.Manufacturer, product.Product, product.PartNumber, product.Version, product.SerialNumber, product.AssetTag, ""),
        ];
        var header = new byte[HeaderBytes];
        header[0] = FormatVersion;
        // Byte 1 is the internal use area, byte 5 the multi-record area: neither is there.
        var at = HeaderBytes;
        for (var i = 0; i < areas.Length; i++)
        {
            header[2 + i] = (byte)(at / Unit);
            at += areas[i].Length;
        }
        header[^1] = IpmiChecksum.Of(header.AsSpan(0, HeaderBytes - 1));
        return [.. header, .. areas.SelectMany(area => area)];
    }

    private static byte[] Area(byte[] fixedFields, params ReadOnlySpan<string> fields)
    {
        List<byte> area = [FormatVersion, 0, .. fixedFields];
        foreach (var field in fields)
            area.AddRange(IpmiString.Write(field, FieldBytesMax));
        area.Add(EndOfFields);
        // One byte more for the checksum.
        while ((area.Count + 1) % Unit != 0)
            area.Add(0);
        area[1] = (byte)((area.Count + 1) / Unit);
        area.Add(IpmiChecksum.Of([.. area]));
        return [.. area];
    }
}
