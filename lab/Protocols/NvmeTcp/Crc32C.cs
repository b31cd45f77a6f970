using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Lab.Protocols.NvmeTcp;

/// <summary>The digest of NVMe/TCP (RFC 3720 §12.1), over as many stretches as the data has.</summary>
public static class Crc32C
{
    public const int Size = 4;
    public const uint Start = uint.MaxValue;

    public static uint Append(uint digest, ReadOnlySpan<byte> data)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(data);
        foreach (var word in words)
            digest = BitOperations.Crc32C(digest, word);
        foreach (var octet in data[(words.Length * sizeof(ulong))..])
            digest = BitOperations.Crc32C(digest, octet);
        return digest;
    }

    public static void Write(Span<byte> place, uint digest) => BinaryPrimitives.WriteUInt32LittleEndian(place, ~digest);

    public static bool Matches(ReadOnlySpan<byte> place, uint digest) => BinaryPrimitives.ReadUInt32LittleEndian(place) == ~digest;
}
