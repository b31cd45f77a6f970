using System.Buffers.Binary;
using System.Net.Sockets;
using Lab.Protocols.Nbd;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.Tests.Performance;

/// <summary>NBD with simple replies.</summary>
internal sealed class PipelinedNbd(Socket socket, bool isWrite, int length) : IPipelinedWire
{
    public Socket Socket => socket;

    public int RequestBytes => NbdRequest.Size + (isWrite ? length : 0);

    public int AnswerBytes => NbdSimpleReply.Size + (isWrite ? 0 : length);

    public void WriteRequest(Span<byte> request, ushort id, long offset) =>
        new NbdRequest(NbdCommandFlags.None, isWrite ? NbdCommand.Write : NbdCommand.Read, id, (ulong)offset, (uint)length).Write(request);

    public ushort ReadAnswer(ReadOnlySpan<byte> answer)
    {
        Assert.True(NbdSimpleReply.TryRead(answer, out var reply));
        Assert.True(reply.Error == NbdError.None);
        return (ushort)reply.Cookie;
    }
}

/// <summary>NVMe/TCP without digests; writes go in the capsule, and reads are answered by data that says SUCCESS.</summary>
internal sealed class PipelinedNvme(Socket socket, bool isWrite, int length) : IPipelinedWire
{
    private const int HeaderBytes = PduHeader.Size + Command.Size;
    private const int BlockPower = 9;

    public Socket Socket => socket;

    public int RequestBytes => HeaderBytes + (isWrite ? length : 0);

    public int AnswerBytes => isWrite ? ControllerPdus.ResponseSize : ControllerPdus.DataHeaderSize + length;

    public void WriteRequest(Span<byte> request, ushort id, long offset)
    {
        new PduHeader(PduType.CapsuleCommand, PduFlags.None, HeaderBytes, isWrite ? (byte)HeaderBytes : (byte)0, (uint)RequestBytes).Write(request);
        var entry = request.Slice(PduHeader.Size, Command.Size);
        entry[0] = isWrite ? Opcode.Write : Opcode.Read;
        entry[1] = 0x40;
        BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], id);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(entry[32..], length);
        entry[39] = isWrite ? (byte)0x01 : (byte)0x5a;
        BinaryPrimitives.WriteInt64LittleEndian(entry[40..], offset >> BlockPower);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[48..], (ushort)((length >> BlockPower) - 1));
    }

    public ushort ReadAnswer(ReadOnlySpan<byte> answer)
    {
        var header = PduHeader.Read(answer);
        if (header.Type == PduType.CapsuleResponse)
        {
            var completion = Completion.Read(answer[PduHeader.Size..]);
            Assert.True(completion.Status == StatusCode.Success);
            return completion.CommandId;
        }
        Assert.True(header.Type == PduType.ControllerToHostData && header.Flags == (PduFlags.LastPdu | PduFlags.Success));
        return BinaryPrimitives.ReadUInt16LittleEndian(answer[PduHeader.Size..]);
    }
}
