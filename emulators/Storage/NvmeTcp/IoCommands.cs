using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Frozen;
using Lab.Emulators.Storage.Store;
using Lab.Emulators.Storage.Wire;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>
/// Commands of an I/O queue (NVM command set specification 1.0 §3, reservations of the base specification). What needs no wait, a read of
/// cached bytes or a write to the page cache, is done at once on the queue's thread; everything else aside, within a budget.
/// </summary>
internal sealed class IoCommands(
    NvmeQueue queue, NvmeConnection connection, NvmeController controller, NvmeSubsystems subsystems, NvmeTargetOptions options) : ICommandSet
{
    private const int RangeBytes = 16;
    private const int RangesMax = 256;
    private const int AsideMax = 16;
    private const long AsideBytesMax = 64 << 20;

    private readonly IBlockVolume volume = controller.Volume!;
    private readonly Reservations reservations = subsystems.ReservationsOf(controller.Volume!.Id);
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
                Read(command);
                break;
            case Opcode.Write when data.WasAskedFor && !reservations.MayWrite(controller.Terms.HostId):
                // Another host took the namespace over while the data was on its way.
                queue.Refuse(command.Id, StatusCode.ReservationConflict);
                connection.Release(data);
                break;
            case Opcode.Write when !command.ForceUnitAccess && data.Bytes.Length <= StoreLimits.InlineWriteBytesMax:
                queue.Refuse(command.Id, WriteAtOnce(Offset(command), data.Bytes));
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

    public void WaitIdle() => budget.WaitEmpty();

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
        if (!controller.HasNamespace)
            return StatusCode.InvalidNamespace;
        if (controller.Port.State == AnaState.Inaccessible)
            return StatusCode.AnaInaccessible;
        if (Changing.Contains(command.Opcode) && controller.Terms.IsReadOnly)
            return StatusCode.NamespaceWriteProtected;
        var host = controller.Terms.HostId;
        var isReading = command.Opcode is Opcode.Read or Opcode.Compare;
        if ((isReading && !reservations.MayRead(host)) || ((Changing.Contains(command.Opcode) || command.Opcode == Opcode.Flush) && !reservations.MayWrite(host)))
            return StatusCode.ReservationConflict;
        if (command.Opcode is not (Opcode.Read or Opcode.Write or Opcode.Compare or Opcode.WriteZeroes))
            return StatusCode.Success;
        var blocks = (ulong)volume.SizeBytes >> blockPower;
        if (command.FirstBlock >= blocks || command.Blocks > blocks - command.FirstBlock)
            return StatusCode.LbaOutOfRange;
        return command.Opcode != Opcode.WriteZeroes && command.Blocks << blockPower > NvmeLimits.TransferBytesMax ? StatusCode.InvalidField : StatusCode.Success;
    }

    private void Read(in Command command)
    {
        var length = Length(command);
        if (command.DataLength != length || !command.IsDataByTransport)
        {
            queue.Refuse(command.Id, StatusCode.SglLengthInvalid);
            return;
        }
        try
        {
            if (length <= NvmeLimits.InlineReadBytesMax && connection.TryRespondWithRead(command.Id, length, volume, Offset(command)))
                return;
        }
        catch (StoreException failure)
        {
            queue.Refuse(command.Id, StatusOf(failure, StatusCode.UnrecoveredReadError));
            return;
        }
        StartAside(AsideWork.Of(command, Offset(command), length, default));
    }

    private StatusCode WriteAtOnce(long offset, ReadOnlyMemory<byte> data)
    {
        try
        {
            // On a thread of this queue's own, so waiting keeps nobody else from anything.
            var writing = volume.WriteAsync(offset, data, durable: false, CancellationToken.None);
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
    }

    private void StartAside(AsideWork work)
    {
        // Whoever is waited for may itself wait for its answer to be taken.
        connection.SendAnswers();
        budget.Enter(work.Length);
        _ = DoAsideAsync(work);
    }

    /// <summary>Does what may wait, and answers. It is not cancelled when the host goes: the host may have gone after a flush.</summary>
    private async Task DoAsideAsync(AsideWork work)
    {
        try
        {
            var status = StatusCode.Success;
            try
            {
                if (work.Opcode == Opcode.Read)
                {
                    await ReadAsideAsync(work);
                    return;
                }
                status = await ChangeAsync(work);
            }
            catch (StoreException failure)
            {
                status = StatusOf(failure, work.Opcode is Opcode.Read or Opcode.Compare ? StatusCode.UnrecoveredReadError : StatusCode.WriteFault);
            }
            catch (Exception failure) when (failure is ArgumentOutOfRangeException)
            {
                status = StatusCode.LbaOutOfRange;
            }
            connection.RespondNow(work.CommandId, 0, status);
        }
        finally
        {
            connection.Release(work.Data);
            budget.Leave(work.Length);
        }
    }

    private async Task ReadAsideAsync(AsideWork work)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(work.Length);
        try
        {
            await volume.ReadAsync(work.Offset, buffer.AsMemory(0, work.Length), CancellationToken.None);
            connection.RespondWithData(work.CommandId, buffer.AsSpan(0, work.Length), isSuccess: true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<StatusCode> ChangeAsync(AsideWork work)
    {
        switch (work.Opcode)
        {
            case Opcode.Write:
                await volume.WriteAsync(work.Offset, work.Data.Bytes, work.IsDurable, CancellationToken.None);
                return StatusCode.Success;
            case Opcode.WriteZeroes:
                await volume.WriteZeroesAsync(
                    work.Offset, work.Length, work.Deallocates ? ZeroMode.Release : ZeroMode.Allocate, work.IsDurable, CancellationToken.None);
                return StatusCode.Success;
            case Opcode.DatasetManagement:
                return await ManageAsync(work);
            case Opcode.Compare:
                return await CompareAsync(work);
            default:
                await volume.FlushAsync(CancellationToken.None);
                return StatusCode.Success;
        }
    }

    /// <summary>Ranges to deallocate; what else a host says about its data is a hint that is not taken.</summary>
    private async Task<StatusCode> ManageAsync(AsideWork work)
    {
        if (!work.Deallocates)
            return StatusCode.Success;
        for (var at = 0; at < work.Length; at += RangeBytes)
        {
            var range = work.Data.Bytes.Slice(at, RangeBytes);
            var count = BinaryPrimitives.ReadUInt32LittleEndian(range.Span[4..]);
            var first = BinaryPrimitives.ReadUInt64LittleEndian(range.Span[8..]);
            var blocks = (ulong)volume.SizeBytes >> blockPower;
            if (first > blocks || count > blocks - first)
                return StatusCode.LbaOutOfRange;
            if (count > 0)
                await volume.TrimAsync((long)(first << blockPower), (long)count << blockPower, durable: false, CancellationToken.None);
        }
        return StatusCode.Success;
    }

    private async Task<StatusCode> CompareAsync(AsideWork work)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(work.Length);
        try
        {
            await volume.ReadAsync(work.Offset, buffer.AsMemory(0, work.Length), CancellationToken.None);
            return buffer.AsSpan(0, work.Length).SequenceEqual(work.Data.Bytes.Span) ? StatusCode.Success : StatusCode.CompareFailure;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static StatusCode StatusOf(StoreException failure, StatusCode otherwise) => failure.Error switch
    {
        StoreError.NoSpace => StatusCode.CapacityExceeded,
        StoreError.NotSupported => StatusCode.InvalidField,
        _ => otherwise,
    };

    /// <summary>What is left of a command that is done later.</summary>
    private readonly record struct AsideWork(
        byte Opcode, ushort CommandId, long Offset, int Length, bool IsDurable, bool Deallocates, HostData Data)
    {
        public static AsideWork Of(in Command command, long offset, int length, HostData data)
        {
            const uint deallocate = 4;
            var deallocates = command.Opcode == Lab.Protocols.NvmeTcp.Opcode.DatasetManagement
                ? (command.Dword(11) & deallocate) != 0
                : command.Deallocate;
            return new AsideWork(command.Opcode, command.Id, offset, length, command.ForceUnitAccess, deallocates, data);
        }
    }
}
