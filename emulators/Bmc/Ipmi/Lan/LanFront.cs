using System.Net;
using Lab.Emulators.Bmc.Ipmi.Commands;
using Lab.Emulators.Bmc.Ipmi.Sessions;
using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Lan;

namespace Lab.Emulators.Bmc.Ipmi.Lan;

/// <summary>Sends one datagram; what cannot be sent is lost, as datagrams are.</summary>
public delegate ValueTask SendDatagram(ReadOnlyMemory<byte> datagram, EndPoint to);

/// <summary>Takes the payload of a session that is no IPMI message, such as serial over LAN.</summary>
public interface IPayloadFront
{
    /// <summary>False when it takes none of that type in that session.</summary>
    bool TryTake(LanSession session, PayloadType type, ReadOnlySpan<byte> payload);
}

/// <summary>
/// The LAN channel of one machine, without its socket: datagrams in, datagrams out. What is no request of a known kind from somebody
/// who may ask is dropped in silence, as the specification wants.
/// </summary>
/// <param name="isAway">The BMC is being restarted and hears nobody.</param>
public sealed class LanFront(
    IIpmiCommands commands, SessionTable sessions, LoginHandshake handshake, IIpmiLogins logins, IPayloadFront payloads, SendDatagram send,
    Func<bool> isAway)
{
    /// <summary>Completes when the datagram is answered, which for a slow command may be long after the next one should be taken.</summary>
    public ValueTask TakeAsync(ReadOnlySpan<byte> datagram, IPEndPoint from, CancellationToken token)
    {
        if (isAway() || !Rmcp.TryRead(datagram, out var messageClass, out var content))
            return default;
        if (messageClass == Rmcp.ClassAsf)
            return AsfPresence.TryReadPing(content, out var tag) ? send(AsfPresence.WritePong(tag), from) : default;
        if (messageClass != Rmcp.ClassIpmi)
            return default;
        if (SessionlessPacket.TryRead(content, out var message))
            return TakeSessionlessAsync(message, from, inRmcpPlus: false, token);
        if (!RmcpPlusPacket.TryRead(content, out var packet))
            return default;
        return packet.SessionId == 0 ? TakeOutsideSessionAsync(packet, from, token) : TakeInSessionAsync(packet, from, token);
    }

    private ValueTask TakeOutsideSessionAsync(RmcpPlusPacket packet, IPEndPoint from, CancellationToken token)
    {
        if (packet.IsEncrypted || packet.IsAuthenticated || packet.Sequence != 0)
            return default;
        if (packet.Type == PayloadType.Ipmi)
            return TakeSessionlessAsync(packet.Payload, from, inRmcpPlus: true, token);
        var answer = handshake.Answer(packet.Type, packet.Payload, from, out var answerType);
        return answer.Length == 0 ? default : send(RmcpPlusPacket.WriteOutsideSession(answerType, answer), from);
    }

    private ValueTask TakeSessionlessAsync(ReadOnlySpan<byte> bytes, IPEndPoint from, bool inRmcpPlus, CancellationToken token) =>
        LanMessage.TryRead(bytes, out var message) && message!.IsRequest && message.To == LanMessage.BmcAddress
            ? AnswerSessionlessAsync(message, from, inRmcpPlus, token)
            : default;

    private async ValueTask AnswerSessionlessAsync(LanMessage request, IPEndPoint from, bool inRmcpPlus, CancellationToken token)
    {
        if (await commands.AnswerAsync(new IpmiCall(request.ToRequest(), IpmiChannel.Lan, null), token) is not { } response)
            return;
        var bytes = request.Answer(response).ToBytes();
        await send(inRmcpPlus ? RmcpPlusPacket.WriteOutsideSession(PayloadType.Ipmi, bytes) : SessionlessPacket.Write(bytes), from);
    }

    private ValueTask TakeInSessionAsync(RmcpPlusPacket packet, IPEndPoint from, CancellationToken token)
    {
        if (sessions.Find(packet.SessionId) is not { } session || !session.TryOpen(packet, from, out var payload))
            return default;
        if (!logins.MayStay(session))
        {
            sessions.Close(session);
            return default;
        }
        if (packet.Type != PayloadType.Ipmi)
        {
            payloads.TryTake(session, packet.Type, payload);
            return default;
        }
        if (!LanMessage.TryRead(payload, out var request) || !request!.IsRequest || request.To != LanMessage.BmcAddress)
            return default;
        return session.Admit(request) switch
        {
            RequestAdmission.Admitted => AnswerInSessionAsync(session, request, token),
            RequestAdmission.Busy => SendAsync(session, request.Answer(IpmiResponse.Error(IpmiCompletion.NodeBusy))),
            _ => default,
        };
    }

    private async ValueTask AnswerInSessionAsync(LanSession session, LanMessage request, CancellationToken token)
    {
        try
        {
            var call = new IpmiCall(request.ToRequest(), IpmiChannel.Lan, session);
            if (await commands.AnswerAsync(call, token) is not { } response)
                return;
            // Close Session is answered in the session that it closed.
            await SendAsync(session, request.Answer(response));
            call.AfterAnswer?.Invoke();
        }
        finally
        {
            session.Finish(request);
        }
    }

    private ValueTask SendAsync(LanSession session, LanMessage message) =>
        send(session.Seal(PayloadType.Ipmi, message.ToBytes()), session.Remote);
}
