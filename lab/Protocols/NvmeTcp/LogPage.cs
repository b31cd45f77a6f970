using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Lab.Protocols.NvmeTcp;

/// <summary>Log pages (NVMe base specification 2.0 §5.16) as a target writes them.</summary>
public static class LogPage
{
    public const byte ErrorInformation = 0x01;
    public const byte Health = 0x02;
    public const byte FirmwareSlots = 0x03;
    public const byte ChangedNamespaces = 0x04;
    public const byte CommandEffects = 0x05;
    public const byte AnaGroups = 0x0c;
    public const byte Discovery = 0x70;
    public const byte ReservationNotification = 0x80;

    public const int EntryBytes = 64;
    public const int HealthBytes = 512;
    public const int PageBytes = 4096;
    public const int DiscoveryRecordBytes = 1024;
    private const int FirmwareBytes = 512;
    private const int AnaHeaderBytes = 16;
    private const int AnaGroupBytes = 32;

    public static byte[] WriteHealth(ulong readUnits, ulong writtenUnits, ulong reads, ulong writes)
    {
        var bytes = new byte[HealthBytes];
        // Composite temperature in kelvin, and all of the spare.
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(1), 310);
        bytes[3] = 100;
        bytes[4] = 10;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(32), readUnits);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(48), writtenUnits);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(64), reads);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(80), writes);
        return bytes;
    }

    public static byte[] WriteFirmwareSlots(string revision)
    {
        var bytes = new byte[FirmwareBytes];
        bytes[0] = 1;
        bytes.AsSpan(8, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes(revision.AsSpan(0, Math.Min(revision.Length, 8)), bytes.AsSpan(8, 8));
        return bytes;
    }

    /// <summary>Up to 1024 namespaces.</summary>
    public static byte[] WriteChangedNamespaces(IEnumerable<uint> namespaces)
    {
        var bytes = new byte[PageBytes];
        var at = 0;
        foreach (var id in namespaces)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), id);
            at += sizeof(uint);
        }
        return bytes;
    }

    /// <param name="changing">Those of the I/O commands that change what is stored.</param>
    public static byte[] WriteCommandEffects(IEnumerable<byte> admin, IEnumerable<byte> io, IReadOnlySet<byte> changing)
    {
        const uint supported = 1;
        const uint changesContent = 2;
        const int ioAt = 1024;
        var bytes = new byte[PageBytes];
        foreach (var opcode in admin)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(opcode * 4), supported);
        foreach (var opcode in io)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ioAt + (opcode * 4)), supported | (changing.Contains(opcode) ? changesContent : 0));
        return bytes;
    }

    /// <summary>One group with all namespaces.</summary>
    public static byte[] WriteAnaGroups(ulong changes, AnaState state, IReadOnlyList<uint> namespaces)
    {
        var bytes = new byte[AnaHeaderBytes + AnaGroupBytes + (namespaces.Count * sizeof(uint))];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, changes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), 1);
        var group = bytes.AsSpan(AnaHeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(group, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(group[4..], (uint)namespaces.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(group[8..], changes);
        group[16] = (byte)state;
        for (var i = 0; i < namespaces.Count; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(group[(AnaGroupBytes + (i * sizeof(uint)))..], namespaces[i]);
        return bytes;
    }

    /// <summary>The discovery log page (§5.16.1.23): a header and a record for each subsystem on each port.</summary>
    public static byte[] WriteDiscovery(ulong generation, IReadOnlyList<DiscoveryRecord> records)
    {
        var bytes = new byte[DiscoveryRecordBytes * (records.Count + 1)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, generation);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), (ulong)records.Count);
        for (var i = 0; i < records.Count; i++)
            records[i].Write(bytes.AsSpan(DiscoveryRecordBytes * (i + 1), DiscoveryRecordBytes));
        return bytes;
    }
}

/// <summary>Asymmetric namespace access states (§8.1.3).</summary>
public enum AnaState : byte
{
    Optimized = 1,
    NonOptimized = 2,
    Inaccessible = 3,
}

/// <summary>Where an NVM subsystem is reached over TCP.</summary>
public sealed record DiscoveryRecord(string SubsystemNqn, IPEndPoint Address, ushort PortId)
{
    public void Write(Span<byte> bytes)
    {
        const byte tcp = 3;
        const byte nvmSubsystem = 2;
        const byte secureChannelNotRequired = 2;
        bytes[0] = tcp;
        bytes[1] = (byte)(Address.AddressFamily == AddressFamily.InterNetworkV6 ? 2 : 1);
        bytes[2] = nvmSubsystem;
        bytes[3] = secureChannelNotRequired;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[4..], PortId);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[6..], ConnectData.AnyController);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], 32);
        WritePadded(bytes.Slice(32, 32), Address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Encoding.UTF8.GetBytes(SubsystemNqn, bytes.Slice(256, 255));
        WritePadded(bytes.Slice(512, 256), Address.Address.ToString());
    }

    private static void WritePadded(Span<byte> field, string text)
    {
        field.Fill((byte)' ');
        Encoding.ASCII.GetBytes(text, field);
    }
}
