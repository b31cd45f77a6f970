using System.Net;
using System.Security.Cryptography;
using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Lan;

namespace Lab.Emulators.Bmc.Ipmi.Sessions;

/// <summary>
/// The BMC's side of Open Session and RAKP (IPMI 2.0 §13.17 to §13.24): payloads in, payloads out; an empty answer is none.
/// A repeated message is answered as it was before, so that a lost answer does not end a login.
/// </summary>
public sealed class LoginHandshake
{
    private readonly SessionTable sessions;
    private readonly IIpmiLogins logins;
    private readonly AddressBackOff backOff;
    private readonly Func<Guid> guid;
    private readonly TimeProvider time;
    private readonly FillRandom fillRandom;

    private static readonly byte[] NoAnswer = [];
    private readonly Lock gate = new();
    private LastLogin? last;

    /// <param name="guid">Of the managed system, which RAKP 2 tells.</param>
    public LoginHandshake(
        SessionTable sessions, IIpmiLogins logins, AddressBackOff backOff, Func<Guid> guid, TimeProvider time, FillRandom fillRandom)
    {
        (this.sessions, this.logins, this.backOff, this.guid, this.time, this.fillRandom) = (sessions, logins, backOff, guid, time, fillRandom);
        sessions.Abandoned += login => RecordFailure(login.Rakp!.User.Name, login.Remote);
    }

    /// <param name="answerType">Payload type of the answer.</param>
    /// <param name="from">Where the payload came from.</param>
    public byte[] Answer(PayloadType type, ReadOnlySpan<byte> payload, IPEndPoint from, out PayloadType answerType)
    {
        answerType = type + 1;
        lock (gate)
            return type switch
            {
                _ when backOff.Refuses(from.Address) => NoAnswer,
                PayloadType.OpenSessionRequest => Open(payload, from),
                PayloadType.Rakp1 => Rakp1(payload, from),
                PayloadType.Rakp3 => Rakp3(payload, from),
                _ => NoAnswer,
            };
    }

    private byte[] Open(ReadOnlySpan<byte> payload, IPEndPoint from)
    {
        if (!OpenSessionRequest.TryRead(payload, out var request))
            return NoAnswer;
        if (request!.ConsoleSessionId == 0)
            return OpenSessionResponse.Error(request, RmcpPlusStatus.InvalidSessionId).ToBytes();
        if (request.Privilege > IpmiPrivilege.Administrator)
            return OpenSessionResponse.Error(request, RmcpPlusStatus.InvalidRole).ToBytes();
        var suite = CipherSuite.Find(request.Authentication, request.Integrity, request.Confidentiality);
        if (suite is null)
            return OpenSessionResponse.Error(request, RmcpPlusStatus.NoCipherSuiteMatch).ToBytes();
        if (sessions.Active.Count >= SessionLimits.SessionsMax)
            return OpenSessionResponse.Error(request, RmcpPlusStatus.InsufficientResources).ToBytes();
        var limit = request.Privilege == IpmiPrivilege.None ? IpmiPrivilege.Administrator : request.Privilege;
        var login = sessions.FindPending(request, from)
            ?? sessions.Begin(id => new PendingLogin(id, request, suite, limit, from, time.GetTimestamp()));
        return new OpenSessionResponse(request.Tag, RmcpPlusStatus.NoErrors, limit, request.ConsoleSessionId, login.Id, suite).ToBytes();
    }

    private byte[] Rakp1(ReadOnlySpan<byte> payload, IPEndPoint from)
    {
        if (!Protocols.Ipmi.Lan.Rakp1.TryRead(payload, out var message, out var status))
            return payload.IsEmpty ? NoAnswer : Rakp2.Error(payload[0], 0, status).ToBytes();
        if (sessions.FindPending(message!.BmcSessionId) is not { } login)
            return Rakp2.Error(message.Tag, 0, RmcpPlusStatus.InvalidSessionId).ToBytes();
        if (login.Rakp is { } before && before.Message.ToBytes().AsSpan().SequenceEqual(payload))
            return before.Answer;

        byte[] Refuse(RmcpPlusStatus error)
        {
            sessions.Abandon(login);
            return Rakp2.Error(message.Tag, login.Request.ConsoleSessionId, error).ToBytes();
        }

        if (message.Privilege is IpmiPrivilege.None or > IpmiPrivilege.Administrator)
            return Refuse(RmcpPlusStatus.InvalidRole);
        if (message.Privilege > login.Limit)
            return Refuse(RmcpPlusStatus.UnauthorizedRole);
        sessions.MakeRoomFor(message.Name);
        // The nameless user, anonymous login, is nobody here.
        if (message.UserName.Length == 0 || logins.Find(message.Name) is not { } user)
        {
            RecordFailure(message.Name, from);
            return Refuse(RmcpPlusStatus.UnauthorizedName);
        }
        if (message.Privilege > user.Limit)
            return Refuse(RmcpPlusStatus.UnauthorizedRole);

        var random = new byte[Protocols.Ipmi.Lan.Rakp1.RandomBytes];
        fillRandom(random);
        var exchange = new RakpExchange(
            login.Suite, login.Request.ConsoleSessionId, login.Id, message.ConsoleRandom, random, guid(), message.Role, message.UserName);
        var answer = new Rakp2(
            message.Tag, RmcpPlusStatus.NoErrors, login.Request.ConsoleSessionId, random, exchange.BmcGuid, exchange.Rakp2CheckValue(user.Password)).ToBytes();
        sessions.Update(login with { Rakp = new RakpProgress(message, answer, exchange, user) });
        return answer;
    }

    private byte[] Rakp3(ReadOnlySpan<byte> payload, IPEndPoint from)
    {
        if (!Protocols.Ipmi.Lan.Rakp3.TryRead(payload, out var message))
            return NoAnswer;
        if (last is { } login && login.Session.Id == message!.BmcSessionId && login.Session.IsUnused && payload.SequenceEqual(login.Rakp3))
            return login.Rakp4;
        if (sessions.FindPending(message!.BmcSessionId) is not { } pending || pending.Rakp is not { } rakp)
            return Rakp4(message, 0, RmcpPlusStatus.InvalidSessionId);
        if (message.Status != RmcpPlusStatus.NoErrors)
        {
            // The console gave up; when because RAKP 2 did not fit its password, it says here that it guessed.
            sessions.Abandon(pending);
            if (message.Status == RmcpPlusStatus.InvalidIntegrityCheckValue)
                RecordFailure(rakp.User.Name, from);
            return NoAnswer;
        }
        var console = pending.Request.ConsoleSessionId;
        if (!CryptographicOperations.FixedTimeEquals(rakp.Exchange.Rakp3CheckValue(rakp.User.Password), message.CheckValue))
        {
            sessions.Abandon(pending);
            RecordFailure(rakp.User.Name, from);
            return Rakp4(message, console, RmcpPlusStatus.InvalidIntegrityCheckValue);
        }
        // What other logins brought about since RAKP 1 counts too.
        if (logins.Find(rakp.User.Id) is null)
        {
            sessions.Abandon(pending);
            return Rakp4(message, console, RmcpPlusStatus.UnauthorizedName);
        }
        var keys = rakp.Exchange.Keys(rakp.User.Password);
        if (sessions.Activate(pending, rakp, keys) is not { } session)
            return Rakp4(message, console, RmcpPlusStatus.InsufficientResources);
        backOff.Record(from.Address, succeeded: true);
        logins.Record(rakp.User.Name, succeeded: true);
        var answer = new Rakp4(message.Tag, RmcpPlusStatus.NoErrors, console, rakp.Exchange.Rakp4CheckValue(keys)).ToBytes();
        last = new LastLogin(session, payload.ToArray(), answer);
        return answer;
    }

    private void RecordFailure(string name, IPEndPoint from)
    {
        backOff.Record(from.Address, succeeded: false);
        logins.Record(name, succeeded: false);
    }

    private static byte[] Rakp4(Rakp3 message, uint console, RmcpPlusStatus status) => new Rakp4(message.Tag, status, console, []).ToBytes();

    /// <summary>What opened the newest session, for the console that did not get RAKP 4.</summary>
    private sealed record LastLogin(LanSession Session, byte[] Rakp3, byte[] Rakp4);
}
