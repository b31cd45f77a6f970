using Lab.Emulators.Bmc.Ipmi.Lan;
using Lab.Emulators.Bmc.Ipmi.Sessions;
using Lab.Emulators.Bmc.Ipmi.Settings;
using Lab.Protocols.Ipmi.Lan;
using Lab.Protocols.Ipmi.Sol;

namespace Lab.Emulators.Bmc.Ipmi.Sol;

/// <summary>Serial over LAN of one machine: one connection at a time, ended with its session.</summary>
internal sealed class SolFront : IPayloadFront, IAsyncDisposable
{
    private readonly BmcInstance bmc;
    private readonly IpmiSettingsStore settings;
    private readonly SendDatagram send;
    private readonly Lock gate = new();
    private SolConnection? connection;
    private Task closing = Task.CompletedTask;

    internal SolFront(BmcInstance bmc, IpmiSettingsStore settings, SessionTable sessions, SendDatagram send)
    {
        (this.bmc, this.settings, this.send) = (bmc, settings, send);
        sessions.Ended += session => Deactivate(session);
    }

    /// <summary>The session that has the connection; null for none.</summary>
    internal LanSession? Holder
    {
        get
        {
            lock (gate)
                return connection?.Session;
        }
    }

    /// <returns>False when it is another session's, or this one's already.</returns>
    internal bool TryActivate(LanSession session)
    {
        lock (gate)
        {
            if (connection is not null)
                return false;
            connection = new SolConnection(session, bmc, settings.Current.Sol, send);
            return true;
        }
    }

    /// <returns>False when nothing was active.</returns>
    internal bool Deactivate(LanSession? holder = null)
    {
        lock (gate)
        {
            if (connection is null || (holder is not null && connection.Session != holder))
                return false;
            closing = Task.WhenAll(closing, connection.DisposeAsync().AsTask());
            connection = null;
            return true;
        }
    }

    public bool TryTake(LanSession session, PayloadType type, ReadOnlySpan<byte> payload)
    {
        SolConnection? active;
        lock (gate)
            active = connection;
        if (type != PayloadType.Sol || active?.Session != session || !SolPacket.TryRead(payload, out var packet))
            return false;
        active.Take(packet!);
        return true;
    }

    /// <summary>Ends the connection and waits until its console was told.</summary>
    public async ValueTask DisposeAsync()
    {
        Deactivate();
        await closing;
    }
}
