using System.Buffers.Binary;
using System.Text;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp.Admin;

/// <summary>Log pages that an initiator reads (NVMe base specification 2.0 §5.16.1).</summary>
internal static class LogPages
{
    public const byte ChangedNamespaces = 0x04;
    public const byte Ana = 0x0c;
    public const byte Discovery = 0x70;
    public const int ChangedNamespacesBytes = 4096;
    public const int DiscoveryHeaderBytes = 1024;
    public const int DiscoveryEntryBytes = 1024;

    private const int AnaHeaderBytes = 16;
    private const int AnaGroupBytes = 32;
    private const byte AnaOptimized = 1;
    private const byte AnaNonOptimized = 2;
    private const byte AnaPersistentLoss = 4;

    /// <summary>Bytes of the largest ANA log page of a controller.</summary>
    public static int AnaBytes(uint groups, uint namespaces) => (int)Math.Min(
        AnaHeaderBytes + ((ulong)groups * AnaGroupBytes) + ((ulong)namespaces * sizeof(uint)), 256 * 1024) / 4 * 4;

    /// <returns>How well each namespace of the page can be used.</returns>
    /// <exception cref="IOException">The page is damaged.</exception>
    public static Dictionary<uint, PathUsability> ReadAna(ReadOnlySpan<byte> page)
    {
        var usability = new Dictionary<uint, PathUsability>();
        var groups = BinaryPrimitives.ReadUInt16LittleEndian(page[8..]);
        page = page[AnaHeaderBytes..];
        for (var group = 0; group < groups; group++)
        {
            if (page.Length < AnaGroupBytes)
                throw new IOException("the ANA log page ends early");
            var count = BinaryPrimitives.ReadUInt32LittleEndian(page[4..]);
            var state = page[16] & 0xf;
            page = page[AnaGroupBytes..];
            if (count > page.Length / sizeof(uint))
                throw new IOException("the ANA log page ends early");
            for (var i = 0; i < (int)count; i++)
                usability[BinaryPrimitives.ReadUInt32LittleEndian(page[(i * sizeof(uint))..])] = state switch
                {
                    AnaOptimized => PathUsability.Optimized,
                    AnaNonOptimized => PathUsability.NonOptimized,
                    AnaPersistentLoss => PathUsability.Never,
                    _ => PathUsability.NotNow,
                };
            page = page[((int)count * sizeof(uint))..];
        }
        return usability;
    }

    public static (ulong Generation, ulong Records) ReadDiscoveryHeader(ReadOnlySpan<byte> header) =>
        (BinaryPrimitives.ReadUInt64LittleEndian(header), BinaryPrimitives.ReadUInt64LittleEndian(header[8..]));

    /// <returns>Null for an entry that is no NVM subsystem over TCP.</returns>
    public static NvmeDiscoveryEntry? ReadDiscoveryEntry(ReadOnlySpan<byte> entry)
    {
        const byte tcp = 3;
        const byte nvmSubsystem = 2;
        const byte ipv4 = 1;
        const byte ipv6 = 2;
        if (entry[0] != tcp || entry[2] != nvmSubsystem || entry[1] is not (ipv4 or ipv6))
            return null;
        return new NvmeDiscoveryEntry(Text(entry.Slice(256, 256)), new NvmePath
        {
            Adrfam = entry[1] == ipv4 ? "IPv4" : "IPv6",
            Trsvcid = Text(entry.Slice(32, 32)),
            Traddr = Text(entry.Slice(512, 256)),
        });
    }

    private static string Text(ReadOnlySpan<byte> padded) => Encoding.UTF8.GetString(padded).TrimEnd(' ', '\0');
}
