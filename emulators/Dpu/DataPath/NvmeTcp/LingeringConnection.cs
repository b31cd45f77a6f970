using Lab.Emulators.Dpu.Linux;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

/// <summary>
/// A connection that was given up while writes were under way: nothing more is sent, what comes is thrown away, and when the target
/// closes its side, it is known to be done with those writes (<see cref="WriteGuard"/>).
/// </summary>
internal sealed unsafe class LingeringConnection : IReactorHandler
{
    private const int ScratchBytes = 4096;

    private readonly ReactorStream stream;
    private readonly IReadOnlyList<(WriteGuard Guard, long Ticket)> writes;
    private readonly ITimer timer;
    private bool isOver;

    /// <summary>On the reactor's thread.</summary>
    public LingeringConnection(
        ReactorStream stream, Reactor reactor, IReadOnlyList<(WriteGuard Guard, long Ticket)> writes, TimeSpan duration, TimeProvider time)
    {
        this.stream = stream;
        this.writes = writes;
        timer = time.CreateTimer(_ => reactor.Post(End), null, duration, Timeout.InfiniteTimeSpan);
        TcpSocket.ShutdownSend(stream.Socket);
        stream.HandOver(this);
    }

    public void OnReady(ReactorEvents events)
    {
        if (isOver)
            return;
        var scratch = stackalloc byte[ScratchBytes];
        var vector = new IoVector((nint)scratch, ScratchBytes);
        try
        {
            while (TcpSocket.Receive(stream.Socket, &vector, 1) > 0)
            {
            }
        }
        catch (IOException e)
        {
            if (TcpSocket.IsClosedByPeer(e))
                foreach (var (guard, ticket) in writes)
                    guard.Absolve(ticket);
            End();
        }
    }

    private void End()
    {
        if (isOver)
            return;
        isOver = true;
        timer.Dispose();
        stream.Dispose();
    }
}
