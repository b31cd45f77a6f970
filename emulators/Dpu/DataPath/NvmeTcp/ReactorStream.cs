using System.Net;
using System.Runtime.CompilerServices;
using Lab.Emulators.Dpu.Linux;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

/// <summary>
/// A TCP connection as a stream whose awaiters continue on a reactor's thread: a connection is set up by code that reads from top to
/// bottom, and then used by its reactor without a change of hands. One read and one write at a time.
/// </summary>
internal sealed class ReactorStream : Stream, IReactorHandler
{
    private readonly Reactor.Registration registration;
    private ReadinessAwaiter? waiting;
    private ReactorEvents waitingFor = ReactorEvents.Writable;
    private IReactorHandler? successor;
    private bool isFailed;

    private ReactorStream(Reactor reactor, SafeFileHandle socket)
    {
        Socket = socket;
        registration = reactor.Register(socket, ReactorEvents.None, this);
    }

    public SafeFileHandle Socket { get; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>On the reactor's thread: begins to connect.</summary>
    /// <exception cref="IOException">The target cannot be reached.</exception>
    public static ReactorStream Connect(Reactor reactor, IPEndPoint target, TimeSpan userTimeout)
    {
        var socket = TcpSocket.Connect(target, (int)userTimeout.TotalMilliseconds);
        try
        {
            return new ReactorStream(reactor, socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <exception cref="IOException">The target cannot be reached.</exception>
    public async Task WaitForConnectionAsync(IPEndPoint target)
    {
        await WaitAsync(ReactorEvents.Writable);
        var error = TcpSocket.TakeError(Socket);
        if (error != 0)
            throw new IOException($"{target}: {new System.ComponentModel.Win32Exception(error).Message}", error);
    }

    /// <summary>From here on <paramref name="handler"/> is told of readiness.</summary>
    /// <returns>By which it says what it waits for.</returns>
    public Reactor.Registration HandOver(IReactorHandler handler)
    {
        successor = handler;
        registration.Wait(ReactorEvents.Readable);
        return registration;
    }

    public void OnReady(ReactorEvents events)
    {
        if (successor is { } handler)
        {
            handler.OnReady(events);
            return;
        }
        if ((events & (waitingFor | ReactorEvents.Error | ReactorEvents.HangUp)) == 0)
            return;
        registration.Wait(ReactorEvents.None);
        var awaiter = waiting;
        waiting = null;
        if (awaiter is null)
            // Nobody waits, and an error or a hang-up cannot be masked: the next read or write will meet it.
            registration.Dispose();
        else
            awaiter.Continue();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            using (var pin = buffer.Pin())
                if (TryReceive(pin, buffer.Length) is var received and > 0)
                    return received;
            await WaitAsync(ReactorEvents.Readable);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            int sent;
            using (var pin = buffer.Pin())
                sent = TrySend(pin, buffer.Length);
            buffer = buffer[sent..];
            if (sent == 0)
                await WaitAsync(ReactorEvents.Writable);
        }
    }

    /// <summary>On the reactor's thread: whoever waits gets an <see cref="IOException"/>.</summary>
    public void Fail()
    {
        isFailed = true;
        var awaiter = waiting;
        waiting = null;
        awaiter?.Continue();
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>On the reactor's thread: resets the connection.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !Socket.IsClosed)
        {
            registration.Dispose();
            TcpSocket.ResetOnClose(Socket);
            Socket.Dispose();
        }
        base.Dispose(disposing);
    }

    private unsafe int TryReceive(System.Buffers.MemoryHandle pin, int length)
    {
        var vector = new IoVector((nint)pin.Pointer, length);
        return (int)TcpSocket.Receive(Socket, &vector, 1);
    }

    private unsafe int TrySend(System.Buffers.MemoryHandle pin, int length)
    {
        var vector = new IoVector((nint)pin.Pointer, length);
        return (int)TcpSocket.Send(Socket, &vector, 1);
    }

    private async Task WaitAsync(ReactorEvents events)
    {
        if (!isFailed)
        {
            waitingFor = events;
            registration.Wait(events);
            await (waiting = new ReadinessAwaiter());
        }
        if (isFailed)
            throw new IOException("given up");
    }

    /// <summary>Continues on the thread that says so, with no synchronisation context or pool in between.</summary>
    private sealed class ReadinessAwaiter : INotifyCompletion
    {
        private Action? continuation;

        public bool IsCompleted => false;

        public ReadinessAwaiter GetAwaiter() => this;

        public void OnCompleted(Action continuation) => this.continuation = continuation;

        public void GetResult()
        {
        }

        public void Continue() => continuation?.Invoke();
    }
}
