using System.Buffers.Binary;
using System.Security.Cryptography;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp.Admin;

/// <summary>
/// Authenticates a queue by DH-HMAC-CHAP (NVMe base specification 2.0 §8.13.5): negotiate, challenge, reply, success1, and success2 when
/// the controller was authenticated too. Hashes SHA-256, -384 and -512, the NULL group.
/// </summary>
internal sealed class ChapExchange(CapsuleStream capsules, DhchapParties parties)
{
    private const int MessageBytesMax = 512;
    private const int HeaderBytes = 16;
    private const byte CommonMessages = 0;
    private const byte ChapMessages = 1;
    private const byte Negotiate = 0;
    private const byte Challenge = 1;
    private const byte Reply = 2;
    private const byte Success1 = 3;
    private const byte Success2 = 4;
    private const byte Failure1 = 0xf1;
    private const byte Failure2 = 0xf0;
    private const byte ReasonFailed = 1;
    private const byte ExplanationAuthenticationFailed = 1;

    /// <exception cref="IOException">One side is not who it says it is, or they have no method in common.</exception>
    public async Task RunAsync(ushort transaction, CancellationToken token)
    {
        if (parties.HostSecret is null)
            throw new IOException("the controller asks for authentication and there is no key");
        await SendAsync(NegotiateMessage(transaction), token);
        var challenge = await ReceiveAsync(Challenge, transaction, token);
        var hash = (DhchapHash)challenge[8];
        int length = challenge[6];
        if (hash is < DhchapHash.Sha256 or > DhchapHash.Sha512 || length != Dhchap.LengthOf(hash) || challenge[9] != 0
            || BinaryPrimitives.ReadUInt16LittleEndian(challenge.AsSpan(10)) != 0)
            throw new IOException("the controller's challenge is for a method that was not offered");
        var sequence = BinaryPrimitives.ReadUInt32LittleEndian(challenge.AsSpan(12));
        var response = Dhchap.HostResponse(hash, parties, challenge[HeaderBytes..(HeaderBytes + length)], sequence, transaction);

        var own = parties.ControllerSecret is null ? [] : RandomNumberGenerator.GetBytes(length);
        // 0 is for a host that asks nothing.
        var ownSequence = own.Length == 0 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(RandomNumberGenerator.GetBytes(sizeof(uint))) | 1;
        await SendAsync(ReplyMessage(transaction, length, response, own, ownSequence), token);
        var success = await ReceiveAsync(Success1, transaction, token);
        if (own.Length == 0)
            return;
        var expected = Dhchap.ControllerResponse(hash, parties, own, ownSequence, transaction);
        if (success[8] == 0 || success[6] != length
            || !CryptographicOperations.FixedTimeEquals(expected, success.AsSpan(HeaderBytes, length)))
        {
            await SendAsync(FailureMessage(transaction), token);
            throw new IOException("the controller is not who it should be");
        }
        await SendAsync(Header(Success2, transaction), token);
    }

    private Task SendAsync(byte[] message, CancellationToken token) => capsules.ExecuteAsync(
        "authentication send", AdminCommand.Authentication(isSend: true, message.Length), message, Memory<byte>.Empty, token);

    private async Task<byte[]> ReceiveAsync(byte expected, ushort transaction, CancellationToken token)
    {
        var message = new byte[MessageBytesMax];
        await capsules.ExecuteAsync(
            "authentication receive", AdminCommand.Authentication(isSend: false, message.Length), ReadOnlyMemory<byte>.Empty, message, token);
        if (message[0] == CommonMessages && message[1] is Failure1 or Failure2)
            throw new IOException($"authentication failed: reason {message[6]}, explanation {message[7]}");
        if (message[0] != ChapMessages || message[1] != expected || BinaryPrimitives.ReadUInt16LittleEndian(message.AsSpan(4)) != transaction)
            throw new IOException("an authentication message out of order");
        return message;
    }

    private static byte[] NegotiateMessage(ushort transaction)
    {
        const int headerBytes = 8;
        const int protocolBytes = 64;
        const byte dhHmacChap = 1;
        var message = new byte[headerBytes + protocolBytes];
        message[0] = CommonMessages;
        message[1] = Negotiate;
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), transaction);
        message[7] = 1;
        var protocol = message.AsSpan(headerBytes);
        protocol[0] = dhHmacChap;
        ReadOnlySpan<byte> hashes = [(byte)DhchapHash.Sha256, (byte)DhchapHash.Sha384, (byte)DhchapHash.Sha512];
        protocol[2] = (byte)hashes.Length;
        // One group, 0: NULL.
        protocol[3] = 1;
        hashes.CopyTo(protocol[4..]);
        return message;
    }

    private static byte[] ReplyMessage(ushort transaction, int length, byte[] response, byte[] challenge, uint sequence)
    {
        var message = Header(Reply, transaction);
        message[6] = (byte)length;
        message[8] = challenge.Length > 0 ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(12), sequence);
        return [.. message, .. response, .. challenge.Length > 0 ? challenge : new byte[length]];
    }

    private static byte[] FailureMessage(ushort transaction)
    {
        var message = Header(Failure2, transaction);
        message[0] = CommonMessages;
        message[6] = ReasonFailed;
        message[7] = ExplanationAuthenticationFailed;
        return message;
    }

    private static byte[] Header(byte id, ushort transaction)
    {
        var message = new byte[HeaderBytes];
        message[0] = ChapMessages;
        message[1] = id;
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), transaction);
        return message;
    }
}
