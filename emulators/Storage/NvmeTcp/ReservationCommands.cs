using System.Buffers.Binary;
using Lab.Emulators.Storage.Store;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>The reservation commands of an I/O queue (base specification 2.0 §7.2 to 7.5).</summary>
internal sealed class ReservationCommands(NvmeQueue queue, NvmeConnection connection, NvmeController controller, Reservations reservations)
{
    private const int KeysBytes = 16;
    private const int KeyBytes = 8;

    public static byte[] Opcodes { get; } =
        [Opcode.ReservationRegister, Opcode.ReservationReport, Opcode.ReservationAcquire, Opcode.ReservationRelease];

    /// <summary>Bytes that the host has to send with a command.</summary>
    public static int HostBytes(byte opcode) => opcode switch
    {
        Opcode.ReservationRegister or Opcode.ReservationAcquire => KeysBytes,
        Opcode.ReservationRelease => KeyBytes,
        _ => 0,
    };

    public void Execute(in Command command, ReadOnlySpan<byte> data)
    {
        if (command.Opcode == Opcode.ReservationReport)
            Report(command);
        else
        {
            var status = Change(command, data, out var aborted);
            if (aborted.IsCompleted)
                queue.Refuse(command.Id, status);
            else
                _ = CompleteAfterAsync(aborted, command.Id, status);
        }
    }

    /// <summary>Not on the queue's own thread: two hosts that preempt one another would wait for ever.</summary>
    private async Task CompleteAfterAsync(Task aborted, ushort commandId, StatusCode status)
    {
        await aborted;
        connection.RespondNow(commandId, 0, status);
    }

    private StatusCode Change(in Command command, ReadOnlySpan<byte> data, out Task aborted)
    {
        aborted = Task.CompletedTask;
        var host = controller.Terms.HostId;
        var options = command.Dword(10);
        var action = (int)(options & 7);
        var ignoresKey = (options & 8) != 0;
        var type = (ReservationType)((options >> 8) & 0xff);
        var key = BinaryPrimitives.ReadUInt64LittleEndian(data);
        try
        {
            return command.Opcode switch
            {
                Opcode.ReservationRegister => reservations.Register(
                    host, controller.Id, action, ignoresKey, key, BinaryPrimitives.ReadUInt64LittleEndian(data[KeyBytes..]), (PersistenceChange)(options >> 30)),
                // IEKEY is for a register alone.
                _ when ignoresKey => StatusCode.InvalidField,
                Opcode.ReservationAcquire => reservations.Acquire(
                    host, action, type, key, BinaryPrimitives.ReadUInt64LittleEndian(data[KeyBytes..]), out aborted),
                _ => reservations.Release(host, action, type, key),
            };
        }
        catch (StoreException)
        {
            return StatusCode.InternalError;
        }
    }

    private void Report(in Command command)
    {
        const uint extended = 1;
        var length = ((long)command.Dword(10) + 1) * sizeof(uint);
        if ((command.Dword(11) & extended) == 0)
        {
            // Hosts have identifiers of 128 bits here, which the short form cannot tell.
            queue.Refuse(command.Id, StatusCode.HostIdInconsistent);
            return;
        }
        if (length > Reservations.ReportBytesMax || command.DataLength < length || !command.IsDataByTransport)
        {
            queue.Refuse(command.Id, length > Reservations.ReportBytesMax ? StatusCode.InvalidField : StatusCode.SglLengthInvalid);
            return;
        }
        var bytes = new byte[length];
        var report = reservations.Report();
        report.AsSpan(0, (int)Math.Min(length, report.Length)).CopyTo(bytes);
        connection.RespondWithData(command.Id, bytes, isSuccess: true);
    }
}
