using System.Buffers.Binary;
using System.Text;

namespace Lab.Protocols.Nbd;

/// <summary>Data of NBD_OPT_LIST_META_CONTEXT and NBD_OPT_SET_META_CONTEXT.</summary>
public sealed record NbdMetaContextRequest(string ExportName, IReadOnlyList<string> Queries)
{
    /// <summary>False when the lengths do not add up, a string is too long or no UTF-8, or there are too many queries.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out NbdMetaContextRequest request)
    {
        request = new NbdMetaContextRequest("", []);
        var reader = new NbdReader(source);
        if (!reader.TryReadString(out var name) || !reader.TryReadUInt32(out var count) || count > NbdLimits.QueriesMax)
            return false;
        var queries = new List<string>();
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadString(out var query))
                return false;
            queries.Add(query);
        }
        request = new NbdMetaContextRequest(name, queries);
        return reader.AtEnd;
    }

    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        WriteString(stream, ExportName);
        WriteLength(stream, Queries.Count);
        foreach (var query in Queries)
            WriteString(stream, query);
        return stream.ToArray();
    }

    private static void WriteString(MemoryStream stream, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        WriteLength(stream, bytes.Length);
        stream.Write(bytes);
    }

    private static void WriteLength(MemoryStream stream, int length)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)length);
        stream.Write(bytes);
    }
}
