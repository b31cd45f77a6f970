using Lab.Emulators.Storage.Store;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>Admin commands (NVMe base specification 2.0 §5) of an I/O or discovery controller with one namespace at most.</summary>
internal sealed partial class AdminCommands(
    NvmeQueue queue, NvmeConnection connection, NvmeController controller, NvmeSubsystems subsystems, NvmeTargetOptions options) : ICommandSet
{
    /// <summary>The only namespace.</summary>
    public const uint NamespaceId = 1;

    private const uint AllNamespaces = uint.MaxValue;
    private const string Model = "DPU lab volume";
    private const string Firmware = "1.0";

    /// <summary>CNS of the list of active namespaces.</summary>
    private const byte ActiveNamespaces = 0x02;

    /// <summary>What an opcode of the effects log page is there for: all that is answered other than by Invalid Opcode.</summary>
    private static readonly byte[] AdminOpcodes =
    [
        Opcode.GetLogPage, Opcode.Identify, Opcode.Abort, Opcode.SetFeatures, Opcode.GetFeatures, Opcode.AsynchronousEventRequest, Opcode.KeepAlive,
    ];

    private bool IsSharedByPaths => subsystems.Ports.Count > 1;

    public int HostBytes(in Command command, out StatusCode status)
    {
        status = AdminOpcodes.Contains(command.Opcode) ? StatusCode.Success : StatusCode.InvalidOpcode;
        return command.Opcode == Opcode.SetFeatures && (byte)command.Dword(10) == HostIdentifier ? HostIdentifierBytes : 0;
    }

    public void Execute(in Command command, HostData data)
    {
        switch (command.Opcode)
        {
            case Opcode.Identify:
                Identify(command);
                break;
            case Opcode.GetLogPage:
                GetLogPage(command);
                break;
            case Opcode.SetFeatures:
                SetFeatures(command);
                break;
            case Opcode.GetFeatures:
                GetFeatures(command);
                break;
            case Opcode.AsynchronousEventRequest:
                if (!controller.Events.TryHold(command.Id))
                    queue.Refuse(command.Id, StatusCode.AsynchronousEventLimitExceeded);
                break;
            case Opcode.Abort:
                // Bit 0: the command was not aborted. Those that can wait long end with their connection.
                queue.Succeed(command.Id, 1);
                break;
            default:
                queue.Succeed(command.Id);
                break;
        }
        connection.Release(data);
    }

    public CommandEpoch? Epoch => null;

    public void End()
    {
        // Nothing is done aside.
    }

    private void Identify(in Command command)
    {
        var bytes = new byte[IdentifyController.Size];
        var structure = (byte)command.Dword(10);
        var status = structure switch
        {
            0x00 => IdentifyNamespaceStructure(command.NamespaceId, bytes),
            0x01 => IdentifyControllerStructure(bytes),
            ActiveNamespaces => ListNamespaces(command.NamespaceId, bytes),
            0x03 => DescribeNamespace(command.NamespaceId, bytes),
            _ => StatusCode.InvalidField,
        };
        if (status != StatusCode.Success)
        {
            queue.Refuse(command.Id, status);
            return;
        }
        Answer(command, bytes);
        if (structure != ActiveNamespaces || bytes[0] == NamespaceId)
            return;
        // The empty list is on its way before anybody ends the connection because of it.
        connection.SendAnswers();
        controller.ListWasRead();
    }

    private StatusCode IdentifyControllerStructure(byte[] bytes)
    {
        var isDiscovery = controller.IsDiscovery;
        new IdentifyController
        {
            SerialNumber = isDiscovery ? "discovery" : controller.Volume!.Id.ToString("N")[..20],
            ModelNumber = Model,
            FirmwareRevision = Firmware,
            ControllerId = controller.Id,
            SubsystemNqn = controller.Terms.SubsystemNqn,
            Version = FabricsCommands.Version,
            IsDiscovery = isDiscovery,
            MultiPath = isDiscovery ? (byte)0 : IsSharedByPaths ? (byte)(1 | 2 | 8) : (byte)2,
            MaxTransferPower = NvmeLimits.TransferPower,
            Events = isDiscovery ? 1u << 31 : (1u << 8) | (IsSharedByPaths ? 1u << 11 : 0),
            EventRequests = NvmeLimits.EventRequestsMax,
            KeepAliveGranularity = 1,
            CommandsMax = NvmeLimits.QueueEntriesMax,
            Namespaces = isDiscovery ? 0 : NamespaceId,
            OptionalCommands = isDiscovery ? (ushort)0 : (ushort)(1 | 4 | 8 | 32),
            HasVolatileWriteCache = !isDiscovery,
            InCapsuleBytes = NvmeLimits.InCapsuleBytes,
        }.Write(bytes);
        return StatusCode.Success;
    }

    private StatusCode IdentifyNamespaceStructure(uint id, byte[] bytes)
    {
        if (controller.Volume is not { } volume || (id != NamespaceId && id != AllNamespaces))
            return StatusCode.InvalidNamespace;
        // Of an inactive namespace everything is zero.
        if (controller.HasNamespace)
            Describe(volume).Write(bytes);
        return StatusCode.Success;
    }

    private StatusCode ListNamespaces(uint after, byte[] bytes)
    {
        if (controller.HasNamespace && after < NamespaceId)
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes, NamespaceId);
        return after >= AllNamespaces - 1 ? StatusCode.InvalidNamespace : StatusCode.Success;
    }

    private StatusCode DescribeNamespace(uint id, byte[] bytes)
    {
        if (controller.Volume is not { } volume || id != NamespaceId || !controller.HasNamespace)
            return StatusCode.InvalidNamespace;
        Describe(volume).WriteDescriptors(bytes);
        return StatusCode.Success;
    }

    private IdentifyNamespace Describe(IBlockVolume volume)
    {
        var power = IoCommands.BlockPowerOf(volume, options);
        return new IdentifyNamespace
        {
            Blocks = (ulong)volume.SizeBytes >> power,
            BlockPower = power,
            Id = volume.Id,
            IsReadOnly = controller.Terms.IsReadOnly,
            IsShared = true,
            Reservations = Reservations.Capabilities,
            AnaGroup = IsSharedByPaths ? 1u : 0,
        };
    }

    private void GetLogPage(in Command command)
    {
        var page = (byte)command.Dword(10);
        var length = (((long)(command.Dword(11) & 0xffff) << 16) + (command.Dword(10) >> 16) + 1) * sizeof(uint);
        var offset = command.Quad(12);
        var content = controller.IsDiscovery ? ReadDiscoveryPage(page) : ReadPage(page);
        if (content is null)
        {
            queue.Refuse(command.Id, StatusCode.InvalidLogPage);
            return;
        }
        if (length > NvmeLimits.LogBytesMax || offset > (ulong)content.Length || offset % sizeof(uint) != 0)
        {
            queue.Refuse(command.Id, StatusCode.InvalidField);
            return;
        }
        // What is behind the page's end reads as zeroes.
        var bytes = new byte[length];
        content.AsSpan((int)offset, (int)Math.Min(length, content.Length - (long)offset)).CopyTo(bytes);
        const uint retainEvent = 1 << 15;
        if ((command.Dword(10) & retainEvent) == 0)
            controller.Events.Read(page);
        Answer(command, bytes);
    }

    private byte[]? ReadDiscoveryPage(byte page) => page != LogPage.Discovery
        ? null
        : LogPage.WriteDiscovery(
            subsystems.Generation,
            [
                .. from one in subsystems.Store.ExportsFor(controller.Terms.HostNqn)
                from port in subsystems.Ports
                select new DiscoveryRecord(NvmeSubsystems.NqnOf(one.Export.Id), port.Address, port.Id),
            ]);

    private byte[]? ReadPage(byte page) => page switch
    {
        LogPage.ErrorInformation => new byte[LogPage.EntryBytes],
        LogPage.Health => LogPage.WriteHealth(0, 0, 0, 0),
        LogPage.FirmwareSlots => LogPage.WriteFirmwareSlots(Firmware),
        LogPage.ChangedNamespaces => LogPage.WriteChangedNamespaces(controller.Events.IsNamespaceChanged ? [NamespaceId] : []),
        LogPage.CommandEffects => LogPage.WriteCommandEffects(AdminOpcodes, IoCommands.Opcodes, IoCommands.Changing),
        LogPage.AnaGroups when IsSharedByPaths => LogPage.WriteAnaGroups(subsystems.AnaChanges, controller.Port.State, [NamespaceId]),
        LogPage.ReservationNotification => new byte[LogPage.EntryBytes],
        _ => null,
    };

    private void Answer(in Command command, byte[] bytes)
    {
        if (command.DataLength < bytes.Length || !command.IsDataByTransport)
        {
            queue.Refuse(command.Id, StatusCode.SglLengthInvalid);
            return;
        }
        connection.RespondWithData(command.Id, bytes, isSuccess: false);
        queue.Succeed(command.Id);
    }
}
