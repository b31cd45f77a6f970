using System.Buffers.Binary;
using System.Text;

namespace Lab.Protocols.Nbd;

/// <summary>Data of NBD_OPT_INFO and NBD_OPT_GO: the export's name and what the client would like to know about it.</summary>
public sealed record NbdExportRequest(string Name, IReadOnlyList<NbdInfo> Infos)
{
    /// <summary>False when the lengths do not add up, or the name is too long or no UTF-8.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out NbdExportRequest request)
    {
        request = new NbdExportRequest("", []);
        var reader = new NbdReader(source);
        if (!reader.TryReadString(out var name) || !reader.TryReadUInt16(out var count))
            return false;
        var infos = new List<NbdInfo>();
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadUInt16(out var info))
                return false;
            infos.Add((NbdInfo)info);
        }
        request = new NbdExportRequest(name, infos);
        return reader.AtEnd;
    }

    /// <summary>Data of NBD_OPT_EXPORT_NAME, which is the bare name.</summary>
    public static bool TryReadName(ReadOnlySpan<byte> source, out string name) => NbdReader.TryDecode(source, out name);

    public byte[] ToBytes()
    {
        var name = Encoding.UTF8.GetBytes(Name);
        var bytes = new byte[4 + name.Length + 2 + (2 * Infos.Count)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)name.Length);
        name.CopyTo(bytes, 4);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4 + name.Length), (ushort)Infos.Count);
        for (var i = 0; i < Infos.Count; i++)
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6 + name.Length + (2 * i)), (ushort)Infos[i]);
        return bytes;
    }
}
