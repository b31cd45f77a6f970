using System.Buffers.Binary;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp.Admin;

/// <param name="Status">Without the phase tag; 0 is success.</param>
/// <param name="Result">Dwords 0 and 1.</param>
internal readonly record struct AdminCompletion(ushort CommandId, ushort Status, ulong Result);

/// <summary>The command failed at the controller.</summary>
internal sealed class NvmeStatusException(ushort status, string what) : IOException($"{what}: status type {(status >> 8) & 7}, code 0x{status & 0xff:x2}")
{
    public ushort Status => status;
}

/// <summary>Capsules and their answers on a stream, for what is not in a hurry: setting a queue up, and the admin queue.</summary>
internal sealed class CapsuleStream(Stream stream)
{
    /// <summary>Every controller takes that much with an admin command (NVMe/TCP transport specification 1.0 §3.5.1).</summary>
    public const int InCapsuleBytesMax = 8192;

    private const int CommonHeaderBytes = 8;
    private const int CapsuleHeaderBytes = 72;
    private const int AnswerHeaderBytes = 24;
    private const int PduBytesMax = 1 << 20;
    private const int H2CDataBytesMin = 4096;

    private QueueTerms terms = new(default, 0);
    private ushort lastCommandId;

    /// <summary>ICReq and ICResp.</summary>
    /// <exception cref="IOException">The controller does not agree.</exception>
    public async Task<QueueTerms> InitializeAsync(bool headerDigest, bool dataDigest, CancellationToken token)
    {
        var digests = new PduDigests(headerDigest, dataDigest);
        var pdu = new byte[ConnectionRequest.Size];
        new ConnectionRequest(0, 0, digests, 0).Write(pdu);
        await stream.WriteAsync(pdu, token);
        await stream.ReadExactlyAsync(pdu, token);
        var header = PduHeader.Read(pdu);
        if (header.Type != PduType.InitializeConnectionResponse || header.Length != ConnectionResponse.Size)
            throw new IOException("no answer to ICReq");
        var response = ConnectionResponse.Read(pdu);
        if (response.FormatVersion != 0 || response.ControllerDataAlignment != 0 || response.Digests != digests
            || response.MaxHostData < H2CDataBytesMin || response.MaxHostData % sizeof(uint) != 0)
            throw new IOException("ICResp offers what this host cannot do");
        return terms = new QueueTerms(digests, (int)Math.Min(response.MaxHostData, int.MaxValue / 2));
    }

    public ushort NextCommandId() => ++lastCommandId;

    /// <param name="sent">Data that goes with the command.</param>
    /// <param name="wanted">Bytes of data that the command asks for.</param>
    public async Task SendAsync(byte[] entry, ushort commandId, ReadOnlyMemory<byte> sent, int wanted, CancellationToken token)
    {
        var digestBytes = terms.Digests.Header ? Crc32C.Size : 0;
        var dataDigestBytes = terms.Digests.Data && sent.Length > 0 ? Crc32C.Size : 0;
        var dataAt = CapsuleHeaderBytes + digestBytes;
        var pdu = new byte[dataAt + sent.Length + dataDigestBytes];
        pdu[0] = (byte)PduType.CapsuleCommand;
        pdu[1] = (byte)((digestBytes > 0 ? 1 : 0) | (dataDigestBytes > 0 ? 2 : 0));
        pdu[2] = CapsuleHeaderBytes;
        pdu[3] = sent.Length > 0 ? (byte)dataAt : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(pdu.AsSpan(4), pdu.Length);
        WriteEntry(pdu.AsSpan(CommonHeaderBytes, Command.Size), entry, commandId, sent.Length, wanted);
        if (digestBytes > 0)
            Crc32C.Write(pdu.AsSpan(CapsuleHeaderBytes), Crc32C.Append(Crc32C.Start, pdu.AsSpan(0, CapsuleHeaderBytes)));
        sent.CopyTo(pdu.AsMemory(dataAt));
        if (dataDigestBytes > 0)
            Crc32C.Write(pdu.AsSpan(dataAt + sent.Length), Crc32C.Append(Crc32C.Start, sent.Span));
        await stream.WriteAsync(pdu, token);
    }

    /// <summary>The next completion; data that comes before it goes where <paramref name="find"/> says for its command.</summary>
    /// <exception cref="IOException">The connection is lost, or the controller sends what it must not.</exception>
    public async Task<AdminCompletion> ReceiveAsync(Func<ushort, Memory<byte>> find, CancellationToken token)
    {
        while (true)
        {
            var header = new byte[AnswerHeaderBytes];
            await stream.ReadExactlyAsync(header, token);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4));
            if (header[2] != AnswerHeaderBytes || length is < AnswerHeaderBytes or > PduBytesMax)
                throw new PduException(FatalError.InvalidHeaderField, "PDU of an impossible length on an admin queue");
            var rest = new byte[length - AnswerHeaderBytes];
            await stream.ReadExactlyAsync(rest, token);
            var pdu = new byte[length];
            header.CopyTo(pdu, 0);
            rest.CopyTo(pdu, AnswerHeaderBytes);
            if (!HostPdus.TryReadPdu(pdu, terms.Digests, out var read, out var dataAt))
                throw new PduException(FatalError.InvalidHeaderField, "PDU is shorter than its header");
            switch (read.Type)
            {
                case PduType.CapsuleResponse:
                    return new AdminCompletion(read.CommandId, read.Status, BinaryPrimitives.ReadUInt64LittleEndian(pdu.AsSpan(8)));
                case PduType.ControllerToHostData:
                    Deliver(pdu.AsSpan(dataAt), read, find(read.CommandId));
                    if (read.IsSuccess)
                        return new AdminCompletion(read.CommandId, 0, 0);
                    break;
                case PduType.ReadyToTransfer:
                    throw new PduException(FatalError.SequenceError, "R2T on an admin queue, whose data is in the capsules");
                default:
                    throw new IOException($"the target ended the connection: fatal error status {read.FatalErrorStatus}");
            }
        }
    }

    /// <summary>One command and its answer, while nothing else is under way.</summary>
    /// <returns>Dwords 0 and 1 of the completion.</returns>
    /// <exception cref="NvmeStatusException">The controller refused.</exception>
    public async Task<ulong> ExecuteAsync(string what, byte[] entry, ReadOnlyMemory<byte> sent, Memory<byte> wanted, CancellationToken token)
    {
        var id = NextCommandId();
        await SendAsync(entry, id, sent, wanted.Length, token);
        var completion = await ReceiveAsync(found => found == id ? wanted : Memory<byte>.Empty, token);
        if (completion.CommandId != id)
            throw new PduException(FatalError.SequenceError, "answer to a command that was not sent");
        return completion.Status == 0 ? completion.Result : throw new NvmeStatusException(completion.Status, what);
    }

    private void Deliver(ReadOnlySpan<byte> received, in IncomingPdu pdu, Memory<byte> wanted)
    {
        if (pdu.DataOffset > wanted.Length || pdu.DataLength > wanted.Length - pdu.DataOffset)
            throw new PduException(FatalError.DataTransferOutOfRange, "more data than was asked for");
        var data = received[..(int)pdu.DataLength];
        if (terms.Digests.Data && !Crc32C.Matches(received[data.Length..], Crc32C.Append(Crc32C.Start, data)))
            throw new IOException("data digest error");
        data.CopyTo(wanted.Span[(int)pdu.DataOffset..]);
    }

    private static void WriteEntry(Span<byte> place, byte[] entry, ushort commandId, int sent, int wanted)
    {
        const byte sglOfFabrics = 0x40;
        const byte inCapsule = 0x01;
        const byte transport = 0x5a;
        entry.CopyTo(place);
        place[1] = sglOfFabrics;
        BinaryPrimitives.WriteUInt16LittleEndian(place[2..], commandId);
        BinaryPrimitives.WriteInt32LittleEndian(place[32..], sent > 0 ? sent : wanted);
        place[39] = sent > 0 ? inCapsule : transport;
    }
}
