using System.Threading.Channels;
using Lab.Emulators.Bmc.Console;
using Lab.Emulators.Bmc.Ipmi.Lan;
using Lab.Emulators.Bmc.Ipmi.Sessions;
using Lab.Emulators.Bmc.Ipmi.Settings;
using Lab.Protocols.Ipmi.Lan;
using Lab.Protocols.Ipmi.Sol;

namespace Lab.Emulators.Bmc.Ipmi.Sol;

/// <summary>Runs a <see cref="SolPort"/> in a session: the log's bytes to the console, what it types to the host.</summary>
internal sealed class SolConnection : IAsyncDisposable
{
    /// <summary>Characters of a packet towards the console.</summary>
    internal const int CharactersMax = 240;

    /// <summary>A console waits for its acknowledgement before it sends more, so that more than a few packets are no console's.</summary>
    private const int InputMax = 8;

    private readonly BmcInstance bmc;
    private readonly SerialConsole console;
    private readonly SolSettings settings;
    private readonly SendDatagram send;
    private readonly SolPort port;
    private readonly Task running;
    private readonly CancellationTokenSource stop = new();
    private readonly Channel<SolPacket> input = Channel.CreateBounded<SolPacket>(
        new BoundedChannelOptions(InputMax) { FullMode = BoundedChannelFullMode.DropWrite });

    internal SolConnection(LanSession session, BmcInstance bmc, SolSettings settings, SendDatagram send)
    {
        (Session, this.bmc, console, this.settings, this.send) = (session, bmc, bmc.Console, settings, send);
        port = new SolPort(console.Log, console.Log.End, CharactersMax);
        running = RunAsync();
    }

    internal LanSession Session { get; }

    internal void Take(SolPacket packet) => input.Writer.TryWrite(packet);

    /// <summary>Tells the console and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                var changed = console.Log.Changed;
                await SendOutputAsync();
                await WaitAsync(changed);
                while (input.Reader.TryRead(out var packet))
                    await TakeAsync(packet);
            }
        }
        catch (OperationCanceledException)
        {
            await SendAsync(SolPort.Goodbye);
        }
    }

    private async Task SendOutputAsync()
    {
        var waiting = port.Waiting();
        if (waiting == 0)
            return;
        // A little patience makes one packet of what the host prints in one go.
        if (waiting < settings.SendThreshold && settings.AccumulateSteps > 0)
            await Task.Delay(settings.AccumulateTime, bmc.Time, stop.Token);
        if (port.Next() is { } packet)
            await SendAsync(packet);
    }

    /// <summary>Waits for input, and for new output or, while a packet is out, for the time to repeat it.</summary>
    private async Task WaitAsync(Task changed)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        var typed = input.Reader.WaitToReadAsync(waiting.Token).AsTask();
        var retry = port.Outstanding is null
            ? changed.WaitAsync(waiting.Token)
            : Task.Delay(settings.RetryTime, bmc.Time, waiting.Token);
        var first = await Task.WhenAny(typed, retry);
        await waiting.CancelAsync();
        stop.Token.ThrowIfCancellationRequested();
        if (first == retry && port.Outstanding is not null && port.Repeat(settings.RetryCount) is { } packet)
            await SendAsync(packet);
    }

    private async Task TakeAsync(SolPacket packet)
    {
        var taken = port.Take(packet);
        if (taken.SendsBreak)
            await bmc.SendBreakAsync(stop.Token);
        if (!taken.Typed.IsEmpty)
            await console.SendAsync(taken.Typed, stop.Token);
        if (taken.Acknowledge is { } acknowledge)
            await SendAsync(acknowledge);
    }

    private ValueTask SendAsync(SolPacket packet) => send(Session.Seal(PayloadType.Sol, packet.ToBytes()), Session.Remote);
}
