using System.Net;
using System.Net.Sockets;
using Lab.Emulators.Storage.Exports;
using Lab.Emulators.Storage.Wire;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>
/// One connection of NVMe/TCP, which is one queue pair: PDUs in, PDUs out (transport specification 1.0 §3). Its thread takes PDUs off the
/// input and hands commands to the queue; answers leave together when there is nothing more to take.
/// </summary>
internal sealed partial class NvmeConnection : IClientConnection, IDisposable
{
    private const int CommandHeaderBytes = PduHeader.Size + Command.Size;
    private const int DataHeaderBytes = 24;

    private readonly Socket socket;
    private readonly SocketInput input;
    private readonly SocketOutput output;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly byte[] entry = new byte[Command.Size];
    private readonly byte[] header = new byte[PduHeader.Size];
    private readonly HostTransfers transfers;
    private readonly NvmeQueue queue;
    private readonly CommandIds ids = new();
    private PduDigests digests;
    private int dataAlignment = ConnectionRequest.DataAlignmentUnit;
    private int dataAt;
    private Thread? thread;

    public NvmeConnection(
        Socket socket, NvmePort port, NvmeTargetOptions options, NvmeSubsystems subsystems, ExportSessions sessions, TimeProvider time, ILogger<NvmeConnection> logger)
    {
        this.socket = socket;
        socket.SendTimeout = (int)NvmeLimits.SendTimeMax.TotalMilliseconds;
        this.time = time;
        this.logger = logger;
        Client = (socket.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        input = new SocketInput(socket);
        output = new SocketOutput(socket);
        transfers = new HostTransfers(AskForData);
        queue = new NvmeQueue(this, port, options, subsystems, sessions, time);
    }

    public IPAddress Client { get; }

    public ushort? QueueId => queue.Id;

    public int AnswersWaiting => output.Waiting;

    public void Run()
    {
        thread = Thread.CurrentThread;
        var isTerminated = false;
        try
        {
            using (time.CreateTimer(static me => ((NvmeConnection)me!).Abort(), this, NvmeLimits.SetupTimeMax, Timeout.InfiniteTimeSpan))
                if (!TryInitialize())
                    return;
            while (TryTakeHeader(out var pdu) && TryServe(pdu))
            {
            }
        }
        catch (NvmeTcpException broken)
        {
            LogBroken(Client, broken.Message);
            Terminate(broken);
            isTerminated = true;
        }
        catch (Exception failure)
        {
            LogFailed(Client, failure);
        }
        finally
        {
            // Whoever waits for bytes that will not come any more is let go, and whoever works is waited for.
            queue.End();
            transfers.Clear();
            if (isTerminated)
                AwaitHangUp();
            socket.Dispose();
        }
    }

    public void Abort() => socket.End();

    public void Dispose() => socket.Dispose();

    /// <summary>What a command's data was gathered in is free again.</summary>
    public void Release(HostData data) => transfers.Release(data);

    private bool TryInitialize()
    {
        if (!input.TryTake(ConnectionRequest.Size, out var bytes))
            return false;
        bytes.Span[..PduHeader.Size].CopyTo(header);
        var pdu = PduHeader.Read(header);
        if (pdu.Type != PduType.InitializeConnectionRequest)
            throw new NvmeTcpException(FatalError.SequenceError, 0, "the first PDU is not ICReq");
        if (pdu.Length != ConnectionRequest.Size || pdu.HeaderLength != ConnectionRequest.Size)
            throw new NvmeTcpException(FatalError.InvalidHeaderField, 2, "ICReq of another length");
        var request = ConnectionRequest.Read(bytes.Span);
        if (request.FormatVersion != 0)
            throw new NvmeTcpException(FatalError.UnsupportedParameter, 8, $"PDU format version {request.FormatVersion}");
        if (request.HostDataAlignment > ConnectionRequest.HostDataAlignmentMax)
            throw new NvmeTcpException(FatalError.InvalidHeaderField, 10, $"a host data alignment of {request.HostDataAlignment}");
        var answer = new byte[ConnectionResponse.Size];
        new ConnectionResponse(0, 0, request.Digests, NvmeLimits.HostDataBytesMax).Write(answer);
        lock (output.Gate)
            output.SendWith(answer);
        digests = request.Digests;
        dataAt = ControllerPdus.DataAt(digests, request.DataAlignmentBytes);
        dataAlignment = request.DataAlignmentBytes;
        return true;
    }

    private bool TryTakeHeader(out PduHeader pdu)
    {
        pdu = default;
        if (input.Buffered < PduHeader.Size || output.Waiting >= NvmeLimits.BatchBytesMax)
            SendAnswers();
        if (!input.TryTake(PduHeader.Size, out var bytes))
            return false;
        bytes.Span.CopyTo(header);
        pdu = PduHeader.Read(header);
        return true;
    }

    private bool TryServe(PduHeader pdu)
    {
        switch (pdu.Type)
        {
            case PduType.CapsuleCommand:
                return TryTakeCommand(pdu);
            case PduType.HostToControllerData:
                return TryTakeData(pdu);
            case PduType.HostToControllerTerminate:
                return false;
            case PduType.InitializeConnectionRequest:
                throw new NvmeTcpException(FatalError.SequenceError, 0, "a second ICReq");
            default:
                throw new NvmeTcpException(FatalError.InvalidHeaderField, 0, $"a PDU of type {(int)pdu.Type}");
        }
    }

    private bool TryTakeCommand(PduHeader pdu)
    {
        if (pdu.HeaderLength != CommandHeaderBytes)
            throw new NvmeTcpException(FatalError.InvalidHeaderField, 2, $"a command's header of {pdu.HeaderLength} bytes");
        if (!TryTakeRest(pdu, Command.Size, out var rest))
            return false;
        rest.Span[..Command.Size].CopyTo(entry);
        var length = DataLength(pdu, CommandHeaderBytes);
        if (length > NvmeLimits.InCapsuleBytes)
            throw new NvmeTcpException(FatalError.DataTransferLimitExceeded, 4, $"{length} bytes in a capsule");
        ReadOnlyMemory<byte> data = default;
        var isWhole = true;
        if (length > 0 && !TryTakeInPlace(length, out data, out isWhole))
            return false;
        var command = new Command(entry);
        if (!ids.TryTake(command.Id))
            RefuseConflict(command.Id);
        else if (isWhole)
            queue.Take(command, data, transfers);
        else
            queue.Refuse(command.Id, StatusCode.TransientTransportError);
        return true;
    }

    private bool TryTakeData(PduHeader pdu)
    {
        if (pdu.HeaderLength != DataHeaderBytes)
            throw new NvmeTcpException(FatalError.InvalidHeaderField, 2, $"H2CData with a header of {pdu.HeaderLength} bytes");
        if (!TryTakeRest(pdu, DataHeaderBytes - PduHeader.Size, out var rest))
            return false;
        var part = HostDataPart.Read(rest.Span);
        var length = DataLength(pdu, DataHeaderBytes);
        if (length != part.Length || length == 0)
            throw new NvmeTcpException(FatalError.InvalidHeaderField, 16, $"H2CData of {length} bytes that says {part.Length}");
        if (length > NvmeLimits.HostDataBytesMax)
            throw new NvmeTcpException(FatalError.DataTransferLimitExceeded, 16, $"H2CData of {length} bytes");
        var place = transfers.Place(part, pdu.Flags.HasFlag(PduFlags.LastPdu));
        if (!input.TryRead(place.Span))
            return false;
        if (digests.Data)
        {
            if (!input.TryTake(Crc32C.Size, out var digest))
                return false;
            if (!Crc32C.Matches(digest.Span, Crc32C.Append(Crc32C.Start, place.Span)))
                transfers.Spoil(part);
        }
        if (transfers.TryFinish(part, entry, out var data, out var isWhole))
        {
            var command = new Command(entry);
            if (isWhole)
                queue.Execute(command, data);
            else
            {
                Release(data);
                queue.Refuse(command.Id, StatusCode.TransientTransportError);
            }
        }
        return true;
    }

    /// <summary>The rest of a PDU's own header, its digest checked.</summary>
    private bool TryTakeRest(PduHeader pdu, int count, out ReadOnlyMemory<byte> rest)
    {
        if (pdu.Flags.HasFlag(PduFlags.HeaderDigest) != digests.Header)
            throw new NvmeTcpException(FatalError.InvalidHeaderField, 1, "a header digest where none was agreed, or none where one was");
        if (!input.TryTake(count + digests.HeaderBytes, out rest))
            return false;
        if (digests.Header && !Crc32C.Matches(rest.Span[count..], Crc32C.Append(Crc32C.Append(Crc32C.Start, header), rest.Span[..count])))
            throw new NvmeTcpException(FatalError.HeaderDigestError, 0, "header digest error");
        return true;
    }

    /// <summary>Bytes of data that a PDU has, with what is between header and data skipped.</summary>
    private int DataLength(PduHeader pdu, int headerBytes)
    {
        var plain = headerBytes + digests.HeaderBytes;
        if (pdu.Length == plain)
            return 0;
        if (pdu.DataOffset < plain || pdu.Length < pdu.DataOffset + (uint)digests.DataBytes)
            throw new NvmeTcpException(FatalError.InvalidHeaderField, 3, $"data at {pdu.DataOffset} of a PDU of {pdu.Length} bytes");
        if (pdu.Flags.HasFlag(PduFlags.DataDigest) != digests.Data)
            throw new NvmeTcpException(FatalError.InvalidHeaderField, 1, "a data digest where none was agreed, or none where one was");
        var length = pdu.Length - pdu.DataOffset - (uint)digests.DataBytes;
        if (length > int.MaxValue || !input.TrySkip(pdu.DataOffset - plain))
            throw new NvmeTcpException(FatalError.InvalidHeaderField, 4, $"a PDU of {pdu.Length} bytes");
        return (int)length;
    }

    /// <summary>Data of a capsule where it lies in the input.</summary>
    private bool TryTakeInPlace(int length, out ReadOnlyMemory<byte> data, out bool isWhole)
    {
        isWhole = true;
        if (!input.TryTake(length + digests.DataBytes, out data))
            return false;
        if (digests.Data)
            isWhole = Crc32C.Matches(data.Span[length..], Crc32C.Append(Crc32C.Start, data.Span[..length]));
        data = data[..length];
        return true;
    }

    /// <summary>A socket closed with bytes unread resets the connection, and the host would lose the termination with it (§3.5).</summary>
    private void AwaitHangUp()
    {
        using var limit = time.CreateTimer(static me => ((NvmeConnection)me!).Abort(), this, NvmeLimits.TerminationTimeMax, Timeout.InfiniteTimeSpan);
        socket.End(SocketShutdown.Send);
        input.TrySkip(long.MaxValue);
    }

    [LoggerMessage(LogLevel.Warning, "NVMe/TCP host {Address} broke the protocol: {Reason}")]
    private partial void LogBroken(IPAddress address, string reason);

    [LoggerMessage(LogLevel.Error, "NVMe/TCP host {Address}: connection failed")]
    private partial void LogFailed(IPAddress address, Exception failure);
}

/// <summary>The host broke the protocol so that the connection cannot go on (§3.5).</summary>
/// <param name="fieldOffset">Of the header's field that is wrong.</param>
internal sealed class NvmeTcpException(FatalError error, uint fieldOffset, string message) : Exception(message)
{
    public FatalError Error => error;

    public uint FieldOffset => fieldOffset;
}
