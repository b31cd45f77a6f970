using Lab.Emulators.Storage.Faults;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>What is sent to the host.</summary>
internal sealed partial class NvmeConnection
{
    /// <summary>A completion, which leaves with the next batch.</summary>
    public void Respond(in Completion completion)
    {
        ids.Release(completion.CommandId);
        Write(completion);
    }

    /// <summary>A command under an identifier that another has: that one goes on.</summary>
    private void RefuseConflict(ushort commandId) => Write(new Completion(0, queue.Head, commandId, StatusCode.CommandIdConflict));

    /// <summary>A command will not be completed, as after a reset of its controller.</summary>
    public void Forget(ushort commandId) => ids.Release(commandId);

    private void Write(in Completion completion)
    {
        lock (output.Gate)
        {
            var pdu = output.Reserve(ControllerPdus.ResponseSize + digests.HeaderBytes);
            output.Commit(ControllerPdus.WriteResponse(pdu, completion, digests));
        }
    }

    /// <summary>A completion from another thread, which leaves at once.</summary>
    public void RespondNow(ushort commandId, ulong result, StatusCode status = StatusCode.Success)
    {
        lock (output.Gate)
        {
            Respond(new Completion(result, queue.Head, commandId, status));
            output.Send();
        }
    }

    /// <summary>Reads straight into the output, and so completes the command with success; false, with nothing done, when it cannot.</summary>
    public bool TryRespondWithRead(ushort commandId, int length, IoCommands reader, long offset)
    {
        lock (output.Gate)
        {
            var pdu = output.Reserve(dataAt + length + digests.DataBytes);
            if (!reader.TryReadAtOnce(offset, pdu.Slice(dataAt, length)))
                return false;
            ids.Release(commandId);
            ControllerPdus.WriteData(pdu, commandId, 0, (uint)length, PduFlags.LastPdu | PduFlags.Success, digests, dataAlignment);
            if (digests.Data)
                Crc32C.Write(pdu[(dataAt + length)..], Crc32C.Append(Crc32C.Start, pdu.Slice(dataAt, length)));
            if (reader.IsCorrupted(offset, length, digests, out var corruption))
                corruption.Apply(pdu, pdu.Slice(dataAt, length));
            output.Commit(dataAt + length + digests.DataBytes);
            return true;
        }
    }

    /// <summary>Sends data at once, as the command's success if there is no more to say.</summary>
    public void RespondWithData(ushort commandId, Span<byte> data, bool isSuccess) => Send(commandId, data, isSuccess, null);

    /// <summary>Sends what was read, as the command's success.</summary>
    /// <param name="corruption">What of it is to be wrong.</param>
    public void RespondWithRead(ushort commandId, Span<byte> data, PduCorruption? corruption) => Send(commandId, data, isSuccess: true, corruption);

    public PduDigests Digests => digests;

    private void Send(ushort commandId, Span<byte> data, bool isSuccess, PduCorruption? corruption)
    {
        lock (output.Gate)
        {
            if (isSuccess)
                ids.Release(commandId);
            var pdu = output.Reserve(dataAt);
            output.Commit(ControllerPdus.WriteData(
                pdu, commandId, 0, (uint)data.Length, isSuccess ? PduFlags.LastPdu | PduFlags.Success : PduFlags.LastPdu, digests, dataAlignment));
            var digest = digests.Data ? Crc32C.Append(Crc32C.Start, data) : 0;
            corruption?.Apply(pdu, data);
            output.SendWith(data);
            if (!digests.Data)
                return;
            Crc32C.Write(output.Reserve(Crc32C.Size), digest);
            output.Commit(Crc32C.Size);
            output.Send();
        }
    }

    public void SendAnswers()
    {
        if (output.Waiting == 0)
            return;
        lock (output.Gate)
            output.Send();
    }

    private void AskForData(ushort commandId, ushort tag, int length)
    {
        lock (output.Gate)
        {
            var pdu = output.Reserve(ControllerPdus.ReadyToTransferSize + digests.HeaderBytes);
            output.Commit(ControllerPdus.WriteReadyToTransfer(pdu, commandId, tag, 0, (uint)length, digests));
            // The connection's own thread sends before it waits; it may be waiting already.
            if (Thread.CurrentThread != thread)
                output.Send();
        }
    }

    private void Terminate(NvmeTcpException broken)
    {
        lock (output.Gate)
        {
            var pdu = output.Reserve(ControllerPdus.TerminateHeaderSize + ControllerPdus.TerminateDataBytesMax);
            output.Commit(ControllerPdus.WriteTerminate(pdu, broken.Error, broken.FieldOffset, header));
            output.Send();
        }
    }
}
