using System.Buffers;
using System.Buffers.Binary;
using Lab.Emulators.Storage.Store;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>What may wait for the disk.</summary>
internal sealed partial class IoCommands
{
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
            if (work.Opcode == Opcode.Read)
                await ReadAsideAsync(work);
            else
                connection.RespondNow(work.CommandId, 0, await DoAtStoreAsync(work, default));
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
            var status = await DoAtStoreAsync(work, buffer.AsMemory(0, work.Length));
            if (status == StatusCode.Success)
                connection.RespondWithRead(
                    work.CommandId, buffer.AsSpan(0, work.Length),
                    IsCorrupted(work.Offset, work.Length, connection.Digests, out var corruption) ? corruption : null);
            else
                connection.RespondNow(work.CommandId, 0, status);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Does a command if it still may be done. It is not at the store while its answer is sent: a dead host takes none.</summary>
    private async Task<StatusCode> DoAtStoreAsync(AsideWork work, Memory<byte> read)
    {
        var status = Enter(work.Opcode, work.Epoch);
        if (status != StatusCode.Success)
            return status;
        try
        {
            return await DoAsync(work, read);
        }
        catch (StoreException failure)
        {
            return StatusOf(failure, work.Opcode is Opcode.Read or Opcode.Compare ? StatusCode.UnrecoveredReadError : StatusCode.WriteFault);
        }
        catch (AccessException refused)
        {
            return refused.Status;
        }
        catch (ArgumentOutOfRangeException)
        {
            return StatusCode.LbaOutOfRange;
        }
        finally
        {
            commands.Leave(work.Epoch);
        }
    }

    private async Task<StatusCode> DoAsync(AsideWork work, Memory<byte> read)
    {
        switch (work.Opcode)
        {
            case Opcode.Read:
                await volume.ReadAsync(work.Offset, read, CancellationToken.None);
                return StatusCode.Success;
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
            if (count == 0)
                continue;
            // There may be many, and each may take its time.
            access.Demand(isChange: true);
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

    /// <summary>What is left of a command that is done later.</summary>
    private readonly record struct AsideWork(
        byte Opcode, ushort CommandId, long Offset, int Length, bool IsDurable, bool Deallocates, HostData Data)
    {
        public CommandEpoch Epoch => Data.Epoch!;

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
