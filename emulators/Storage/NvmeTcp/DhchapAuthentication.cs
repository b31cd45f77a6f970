using System.Buffers.Binary;
using System.Security.Cryptography;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>
/// The controller's side of DH-HMAC-CHAP on one queue (NVMe base specification 2.0 §8.13.5) with the NULL group: messages of the host are
/// taken, what is to be answered is given. A host that wants to know who the controller is can be told when the controller has a secret, too.
/// </summary>
internal sealed class DhchapAuthentication(DhchapParties parties)
{
    public const int MessageBytesMax = 4096;

    private const int HeaderBytes = 16;
    private const byte CommonMessages = 0;
    private const byte DhchapMessages = 1;
    private const byte NegotiateId = 0x00;
    private const byte ChallengeId = 0x01;
    private const byte ReplyId = 0x02;
    private const byte Success1Id = 0x03;
    private const byte Failure1Id = 0xf1;
    private const byte ReasonFailed = 1;
    private const byte AuthenticationFailed = 1;
    private const byte ProtocolUnusable = 2;
    private const byte ConcatenationMismatch = 3;
    private const byte HashUnusable = 4;
    private const byte GroupUnusable = 5;
    private const byte IncorrectPayload = 6;
    private const byte IncorrectMessage = 7;

    private byte[] challenge = [];
    private DhchapHash hash;
    private uint sequence;
    private ushort transaction;
    private byte[]? answer;

    /// <summary>The host is who it says.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The last message given was a failure: the connection is to end.</summary>
    public bool HasFailed { get; private set; }

    public void Take(ReadOnlySpan<byte> message)
    {
        if (message.Length < 8)
            Fail(IncorrectPayload);
        else if (message[0] == CommonMessages && message[1] == NegotiateId && challenge.Length == 0)
            Negotiate(message);
        else if (message[0] == DhchapMessages && message[1] == ReplyId && challenge.Length > 0 && !IsDone)
            Verify(message);
        else if (!IsDone)
            Fail(IncorrectMessage);
    }

    /// <summary>What the host is to be told now; null when it is the host's turn.</summary>
    public byte[]? Give()
    {
        var given = answer;
        answer = null;
        return given;
    }

    private void Negotiate(ReadOnlySpan<byte> message)
    {
        const int protocolAt = 8;
        const int protocolBytes = 64;
        const int groupsAt = 34;
        transaction = BinaryPrimitives.ReadUInt16LittleEndian(message[4..]);
        if (message.Length < protocolAt + protocolBytes || message[7] == 0 || message[protocolAt] != DhchapMessages)
        {
            Fail(ProtocolUnusable);
            return;
        }
        const int concatenationAt = 6;
        if (message[concatenationAt] != 0)
        {
            // There is no TLS that the result could be the key of.
            Fail(ConcatenationMismatch);
            return;
        }
        var protocol = message.Slice(protocolAt, protocolBytes);
        var hashes = protocol.Slice(4, Math.Min(protocol[2], (byte)30));
        var groups = protocol.Slice(groupsAt, Math.Min(protocol[3], (byte)30));
        hash = Enum.GetValues<DhchapHash>().FirstOrDefault(hashes.ToArray().Select(id => (DhchapHash)id).Contains);
        if (hash == default)
            Fail(HashUnusable);
        else if (!groups.Contains((byte)0))
            Fail(GroupUnusable);
        else
            Challenge();
    }

    private void Challenge()
    {
        challenge = RandomNumberGenerator.GetBytes(Dhchap.LengthOf(hash));
        sequence = BinaryPrimitives.ReadUInt32LittleEndian(RandomNumberGenerator.GetBytes(sizeof(uint))) | 1;
        var message = Header(DhchapMessages, ChallengeId);
        message[6] = (byte)challenge.Length;
        message[8] = (byte)hash;
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(12), sequence);
        answer = [.. message, .. challenge];
    }

    private void Verify(ReadOnlySpan<byte> message)
    {
        var length = challenge.Length;
        if (message.Length < HeaderBytes + length || message[6] != length || BinaryPrimitives.ReadUInt16LittleEndian(message[4..]) != transaction)
        {
            Fail(IncorrectPayload);
            return;
        }
        var expected = Dhchap.HostResponse(hash, parties, challenge, sequence, transaction);
        const int asksControllerAt = 8;
        var asksController = message[asksControllerAt] != 0;
        if (!CryptographicOperations.FixedTimeEquals(expected, message.Slice(HeaderBytes, length)) || (asksController && parties.ControllerSecret is null))
            Fail(AuthenticationFailed);
        else if (asksController && message.Length < HeaderBytes + (2 * length))
            Fail(IncorrectPayload);
        else
            Succeed(asksController ? Respond(message) : null);
    }

    /// <summary>The controller's response to the host's challenge.</summary>
    private byte[] Respond(ReadOnlySpan<byte> message)
    {
        var length = challenge.Length;
        var theirs = message.Slice(HeaderBytes + length, length).ToArray();
        return Dhchap.ControllerResponse(hash, parties, theirs, BinaryPrimitives.ReadUInt32LittleEndian(message[12..]), transaction);
    }

    private void Succeed(byte[]? response)
    {
        IsDone = true;
        var success = Header(DhchapMessages, Success1Id);
        success[6] = (byte)challenge.Length;
        success[8] = (byte)(response is null ? 0 : 1);
        answer = [.. success, .. response ?? new byte[challenge.Length]];
    }

    private void Fail(byte explanation)
    {
        HasFailed = true;
        answer = Header(CommonMessages, Failure1Id);
        answer[6] = ReasonFailed;
        answer[7] = explanation;
    }

    private byte[] Header(byte type, byte id)
    {
        var message = new byte[HeaderBytes];
        message[0] = type;
        message[1] = id;
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), transaction);
        return message;
    }
}
