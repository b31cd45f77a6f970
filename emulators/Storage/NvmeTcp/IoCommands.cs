using System.Collections.Frozen;
using Lab.Emulators.Storage.Faults;
using Lab.Emulators.Storage.Store;
using Lab.Emulators.Storage.Wire;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>
/// Commands of an I/O queue (NVM command set specification 1.0 §3, reservations of the base specification). What needs no wait, a read of
/// cached bytes or a write to the page cache, is done at once on the queue's thread; everything else aside, within a budget.
/// </summary>
internal sealed partial class IoCommands(
    NvmeQueue queue, NvmeConnection connection, NvmeController controller, NvmeSubsystems subsystems, NvmeTargetOptions options) : ICommandSet
{
    private const int RangeBytes = 16;
    private const int RangesMax = 256;
    private const int AsideMax = 16;
    private const long AsideBytesMax = 64 << 20;

    private readonly IBlockVolume volume = controller.Volume!;
    private readonly HostAccess access = controller.Terms.Access!;
    private readonly HostCommands commands = subsystems.ReservationsOf(controller.Volume!.Id).Join(controller.Terms.HostId);
    private readonly ReservationCommands reserving = new(queue, connection, controller, subsystems.ReservationsOf(controller.Volume!.Id));
    private readonly int blockPower = BlockPowerOf(controller.Volume!, options);
    private readonly RequestBudget budget = new(AsideMax, AsideBytesMax);

    public static byte[] Opcodes { get; } =
    [
        Opcode.Flush, Opcode.Write, Opcode.Read, Opcode.Compare, Opcode.WriteZeroes, Opcode.DatasetManagement,
        .. ReservationCommands.Opcodes,
    ];

    public static IReadOnlySet<byte> Changing { get; } = new[] { Opcode.Write, Opcode.WriteZeroes, Opcode.DatasetManagement }.ToFrozenSet();

    public static byte BlockPowerOf(IBlockVolume volume, NvmeTargetOptions options) =>
        (byte)(options.BlockBytes == 4096 && volume.SizeBytes % 4096 == 0 ? 12 : 9);

    public int HostBytes(in Command command, out StatusCode status)
    {
        status = Check(command);
        return status != StatusCode.Success ? 0 : command.Opcode switch
        {
            Opcode.Write or Opcode.Compare => Length(command),
            // Linux always sends room for all ranges that there may be.
            Opcode.DatasetManagement => Math.Max(RangesLength(command), (int)Math.Min(command.DataLength, RangesMax * RangeBytes)),
            _ => ReservationCommands.HostBytes(command.Opcode),
        };
    }

    public void Execute(in Command command, HostData data)
    {
        switch (command.Opcode)
        {
            case Opcode.Read:
                Read(command, data.Epoch!);
                break;
            case Opcode.Write when !command.ForceUnitAccess && data.Bytes.Length <= StoreLimits.InlineWriteBytesMax:
                queue.Refuse(command.Id, WriteAtOnce(Offset(command), data));
                connection.Release(data);
                break;
            case Opcode.ReservationRegister or Opcode.ReservationReport or Opcode.ReservationAcquire or Opcode.ReservationRelease:
                reserving.Execute(command, data.Bytes.Span);
                connection.Release(data);
                break;
            default:
                var length = command.Opcode == Opcode.DatasetManagement ? RangesLength(command) : Length(command);
                StartAside(AsideWork.Of(command, Offset(command), length, data.Kept()));
                break;
        }
    }

    public CommandEpoch? Epoch => commands.Current;

    public void End()
    {
        budget.WaitEmpty();
        subsystems.ReservationsOf(volume.Id).Leave(commands);
    }

    /// <summary>Reads if the host may and that needs no wait.</summary>
    public bool TryReadAtOnce(long offset, Span<byte> destination)
    {
        var epoch = commands.Current;
        if (Enter(Opcode.Read, epoch) != StatusCode.Success)
            return false;
        try
        {
            return volume.TryRead(offset, destination);
        }
        finally
        {
            commands.Leave(epoch);
        }
    }

    /// <summary>Whether a fault corrupts the PDU that answers a read.</summary>
    public bool IsCorrupted(long offset, int length, PduDigests digests, out PduCorruption corruption)
    {
        corruption = default;
        return !subsystems.Faults.IsQuiet && subsystems.Faults.TryCorrupt(volume.Id, offset, length, digests, out corruption);
    }

    private static int RangesLength(in Command command) => ((int)(command.Dword(10) & 0xff) + 1) * RangeBytes;

    private long Offset(in Command command) => (long)(command.FirstBlock << blockPower);

    private int Length(in Command command) => (int)(command.Blocks << blockPower);

    /// <summary>Why a command cannot be done, before any of its data is taken.</summary>
    private StatusCode Check(in Command command)
    {
        if (!Opcodes.Contains(command.Opcode))
            return StatusCode.InvalidOpcode;
        if (command.NamespaceId != AdminCommands.NamespaceId && !(command.Opcode == Opcode.Flush && command.NamespaceId == uint.MaxValue))
            return StatusCode.InvalidNamespace;
        if (Changing.Contains(command.Opcode) && controller.Terms.IsReadOnly)
            return StatusCode.NamespaceWriteProtected;
        if (CheckAccess(command.Opcode) is var refusal && refusal != StatusCode.Success)
            return refusal;
        if (command.Opcode is not (Opcode.Read or Opcode.Write or Opcode.Compare or Opcode.WriteZeroes))
            return StatusCode.Success;
        var blocks = (ulong)volume.SizeBytes >> blockPower;
        if (command.FirstBlock >= blocks || command.Blocks > blocks - command.FirstBlock)
            return StatusCode.LbaOutOfRange;
        return command.Opcode != Opcode.WriteZeroes && command.Blocks << blockPower > NvmeLimits.TransferBytesMax ? StatusCode.InvalidField : StatusCode.Success;
    }

    private StatusCode CheckAccess(byte opcode) => access.Check(
        isRead: opcode is Opcode.Read or Opcode.Compare, isChange: opcode == Opcode.Flush || Changing.Contains(opcode));

    /// <summary>A command is about to touch the store; with success it leaves again.</summary>
    private StatusCode Enter(byte opcode, CommandEpoch epoch)
    {
        var hasEntered = commands.TryEnter(epoch);
        var status = CheckAccess(opcode);
        if (!hasEntered)
            return status == StatusCode.Success ? StatusCode.AbortedByPreemption : status;
        if (status != StatusCode.Success)
            commands.Leave(epoch);
        return status;
    }

    private void Read(in Command command, CommandEpoch epoch)
    {
        var length = Length(command);
        if (command.DataLength != length || !command.IsDataByTransport)
        {
            queue.Refuse(command.Id, StatusCode.SglLengthInvalid);
            return;
        }
        try
        {
            if (length <= NvmeLimits.InlineReadBytesMax && connection.TryRespondWithRead(command.Id, length, this, Offset(command)))
                return;
        }
        catch (StoreException failure)
        {
            queue.Refuse(command.Id, StatusOf(failure, StatusCode.UnrecoveredReadError));
            return;
        }
        StartAside(AsideWork.Of(command, Offset(command), length, new HostData(default, null, WasAskedFor: false, epoch)));
    }

    private StatusCode WriteAtOnce(long offset, HostData data)
    {
        var status = Enter(Opcode.Write, data.Epoch!);
        if (status != StatusCode.Success)
            return status;
        try
        {
            // On a thread of this queue's own, so waiting keeps nobody else from anything.
            var writing = volume.WriteAsync(offset, data.Bytes, durable: false, CancellationToken.None);
            if (writing.IsCompleted)
                writing.GetAwaiter().GetResult();
            else
                writing.AsTask().GetAwaiter().GetResult();
            return StatusCode.Success;
        }
        catch (StoreException failure)
        {
            return StatusOf(failure, StatusCode.WriteFault);
        }
        catch (AccessException refused)
        {
            return refused.Status;
        }
        finally
        {
            commands.Leave(data.Epoch!);
        }
    }

    private static StatusCode StatusOf(StoreException failure, StatusCode otherwise) => failure.Error switch
    {
        StoreError.NoSpace => StatusCode.CapacityExceeded,
        StoreError.NotSupported => StatusCode.InvalidField,
        _ => otherwise,
    };
}
