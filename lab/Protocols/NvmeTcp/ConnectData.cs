using System.Buffers.Binary;
using System.Text;

namespace Lab.Protocols.NvmeTcp;

/// <summary>Data of the Connect command (NVMe base specification 2.0 §6.3).</summary>
public sealed record ConnectData(Guid HostId, ushort ControllerId, string SubsystemNqn, string HostNqn)
{
    public const int Size = 1024;

    /// <summary>CNTLID of a host that takes any controller.</summary>
    public const ushort AnyController = 0xffff;

    private const int NqnSize = 256;
    private const int SubsystemAt = 256;
    private const int HostAt = 512;

    /// <returns>False when a name is not ended by a zero, or is no UTF-8.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ConnectData data)
    {
        data = null!;
        if (bytes.Length < Size || !TryReadName(bytes.Slice(SubsystemAt, NqnSize), out var subsystem) || !TryReadName(bytes.Slice(HostAt, NqnSize), out var host))
            return false;
        data = new ConnectData(new Guid(bytes[..16], bigEndian: true), BinaryPrimitives.ReadUInt16LittleEndian(bytes[16..]), subsystem, host);
        return true;
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        HostId.TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(16), ControllerId);
        Encoding.UTF8.GetBytes(SubsystemNqn, bytes.AsSpan(SubsystemAt, NqnSize - 1));
        Encoding.UTF8.GetBytes(HostNqn, bytes.AsSpan(HostAt, NqnSize - 1));
        return bytes;
    }

    private static bool TryReadName(ReadOnlySpan<byte> field, out string name)
    {
        name = "";
        var end = field.IndexOf((byte)0);
        if (end < 0)
            return false;
        try
        {
            name = StrictUtf8.GetString(field[..end]);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
