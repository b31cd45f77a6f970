using System.Buffers.Binary;
using System.Text;
using Lab.Emulators.Dpu.Backend;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp.Admin;

/// <summary>Identify Controller (NVMe base specification 2.0 §5.17.2.1), as far as a host of block devices needs it.</summary>
internal sealed record ControllerData
{
    /// <summary>Most bytes of one command here, whatever the controller would take: a volume shares its connection among its queues.</summary>
    private const int TransferBytesMax = 1 << 20;

    private const int PageBytes = 4096;
    private const int CapsuleUnitBytes = 16;
    private const int QueueDepthMax = 128;

    public required NvmeControllerIdentity Identity { get; init; }
    public required int TransferBytes { get; init; }
    public required int InCapsuleBytes { get; init; }
    public required int QueueDepth { get; init; }
    public required bool SupportsWriteZeroes { get; init; }
    public required bool SupportsDiscard { get; init; }

    /// <summary>OAES: events that the controller can be asked to report.</summary>
    public required uint Events { get; init; }
    public required bool SupportsKeepAlive { get; init; }

    /// <summary>NANAGRPID and MNAN bound the ANA log page.</summary>
    public required uint AnaGroups { get; init; }
    public required uint Namespaces { get; init; }

    /// <exception cref="IOException">The controller is none that this host can use.</exception>
    public static ControllerData Read(ReadOnlySpan<byte> data, ushort controllerId, ushort entriesMax, uint version, bool isDiscovery)
    {
        if (BinaryPrimitives.ReadUInt16LittleEndian(data[78..]) != controllerId)
            throw new IOException("Identify tells another controller than Connect did");
        if ((BinaryPrimitives.ReadUInt32LittleEndian(data[536..]) & 3) == 0)
            throw new IOException("the controller takes no SGLs");
        var mdts = data[77];
        var maxCommands = BinaryPrimitives.ReadUInt16LittleEndian(data[514..]);
        var capsuleBytes = BinaryPrimitives.ReadUInt32LittleEndian(data[1792..]) * CapsuleUnitBytes;
        // A discovery controller has no I/O queues to describe.
        if (isDiscovery)
            capsuleBytes = Command.Size;
        else if (capsuleBytes < Command.Size || BinaryPrimitives.ReadUInt16LittleEndian(data[1800..]) != 0)
            throw new IOException("the controller's capsules are not those of NVMe/TCP");
        var optional = BinaryPrimitives.ReadUInt16LittleEndian(data[520..]);
        var multi = data[76];
        return new ControllerData
        {
            Identity = new NvmeControllerIdentity
            {
                Cntlid = controllerId,
                VendorId = BinaryPrimitives.ReadUInt16LittleEndian(data),
                SerialNumber = Text(data.Slice(4, 20)),
                ModelNumber = Text(data.Slice(24, 40)),
                FirmwareRevision = Text(data.Slice(64, 8)),
                Version = $"{version >> 16}.{(version >> 8) & 0xff}" + ((version & 0xff) != 0 ? $".{version & 0xff}" : ""),
                IsMultiController = (multi & 2) != 0,
                HasAnaReporting = (multi & 8) != 0,
            },
            TransferBytes = mdts is 0 or > 8 ? TransferBytesMax : Math.Min(TransferBytesMax, PageBytes << mdts),
            InCapsuleBytes = (int)Math.Min(capsuleBytes - Command.Size, TransferBytesMax),
            QueueDepth = Math.Clamp(Math.Min(maxCommands == 0 ? QueueDepthMax : maxCommands, entriesMax - 1), 1, QueueDepthMax),
            SupportsDiscard = (optional & 4) != 0,
            SupportsWriteZeroes = (optional & 8) != 0,
            Events = BinaryPrimitives.ReadUInt32LittleEndian(data[92..]),
            SupportsKeepAlive = BinaryPrimitives.ReadUInt16LittleEndian(data[320..]) != 0,
            AnaGroups = BinaryPrimitives.ReadUInt32LittleEndian(data[348..]),
            Namespaces = BinaryPrimitives.ReadUInt32LittleEndian(data[516..]),
        };
    }

    private static string Text(ReadOnlySpan<byte> ascii) => Encoding.ASCII.GetString(ascii).TrimEnd(' ', '\0');
}
