using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.Linux;

/// <summary>
/// A TCP socket that a reactor waits for: tcp(7), sendmsg(2), recvmsg(2). <see cref="Socket"/> would register with an epoll of its own,
/// whose thread then wakes for every segment.
/// </summary>
internal static unsafe partial class TcpSocket
{
    public const int ErrnoWouldBlock = 11;
    public const int ErrnoInterrupted = 4;

    private const int ErrnoInProgress = 115;
    private const int ErrnoBrokenPipe = 32;
    private const int ErrnoConnectionReset = 104;
    private const int ShutdownWrite = 1;
    private const int Inet = 2;
    private const int Inet6 = 10;
    private const int StreamNonBlockingCloseOnExec = 1 | 0x800 | 0x80000;
    private const int LevelSocket = 1;
    private const int LevelTcp = 6;
    private const int OptionError = 4;
    private const int OptionLinger = 13;
    private const int OptionNoDelay = 1;
    private const int OptionUserTimeout = 18;
    private const int NoSignal = 0x4000;

    /// <summary>Begins to connect; the socket becomes writable when that has ended, well or not (<see cref="TakeError"/>).</summary>
    /// <exception cref="IOException">It ended at once, and not well.</exception>
    public static SafeFileHandle Connect(IPEndPoint target, int userTimeoutMs)
    {
        var descriptor = SocketCreate(target.AddressFamily == AddressFamily.InterNetworkV6 ? Inet6 : Inet, StreamNonBlockingCloseOnExec, 0);
        if (descriptor < 0)
            throw Failure(target, Marshal.GetLastPInvokeError());
        var socket = new SafeFileHandle(descriptor, true);
        try
        {
            SetOption(socket, LevelTcp, OptionNoDelay, 1);
            SetOption(socket, LevelTcp, OptionUserTimeout, userTimeoutMs);
            var address = target.Serialize();
            fixed (byte* bytes = address.Buffer.Span)
                if (ConnectTo(socket, bytes, address.Size) != 0 && Marshal.GetLastPInvokeError() is var errno && errno != ErrnoInProgress)
                    throw Failure(target, errno);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <returns>errno of what went wrong since the last call, 0 when nothing did.</returns>
    public static int TakeError(SafeHandle socket)
    {
        var error = 0;
        var length = sizeof(int);
        return GetSockOpt(socket, LevelSocket, OptionError, &error, &length) == 0 ? error : Marshal.GetLastPInvokeError();
    }

    /// <summary>
    /// Closing will reset the connection: what is still in the send buffer never leaves, and the other side learns at once that
    /// nobody is there any more.
    /// </summary>
    public static void ResetOnClose(SafeHandle socket)
    {
        var linger = stackalloc int[2] { 1, 0 };
        _ = SetSockOpt(socket, LevelSocket, OptionLinger, linger, 2 * sizeof(int));
    }

    /// <summary>Ends this side: the other one reads to the end of what was sent.</summary>
    public static void ShutdownSend(SafeHandle socket) => _ = Shutdown(socket, ShutdownWrite);

    /// <summary>Whether the other side ended the connection; otherwise it may not know that the connection is lost.</summary>
    public static bool IsClosedByPeer(IOException failure) =>
        failure is EndOfStreamException || failure.HResult is ErrnoBrokenPipe or ErrnoConnectionReset;

    /// <returns>Bytes sent; 0 when the send buffer is full.</returns>
    /// <exception cref="IOException">The connection is lost.</exception>
    public static nint Send(SafeHandle socket, IoVector* vectors, int count)
    {
        var message = new MessageHeader { Vectors = vectors, VectorCount = count };
        while (true)
        {
            var sent = SendMessage(socket, &message, NoSignal);
            if (sent >= 0)
                return sent;
            var errno = Marshal.GetLastPInvokeError();
            if (errno == ErrnoWouldBlock)
                return 0;
            if (errno != ErrnoInterrupted)
                throw Failure("send", errno);
        }
    }

    /// <returns>Bytes received; -1 when there are none now.</returns>
    /// <exception cref="IOException">The connection is lost or was closed.</exception>
    public static nint Receive(SafeHandle socket, IoVector* vectors, int count)
    {
        var message = new MessageHeader { Vectors = vectors, VectorCount = count };
        while (true)
        {
            var received = ReceiveMessage(socket, &message, 0);
            if (received > 0)
                return received;
            if (received == 0)
                throw new EndOfStreamException("closed by the target");
            var errno = Marshal.GetLastPInvokeError();
            if (errno == ErrnoWouldBlock)
                return -1;
            if (errno != ErrnoInterrupted)
                throw Failure("receive", errno);
        }
    }

    private static void SetOption(SafeHandle socket, int level, int option, int value) =>
        _ = SetSockOpt(socket, level, option, &value, sizeof(int));

    private static IOException Failure(object what, int errno) => new($"{what}: {new Win32Exception(errno).Message}", errno);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int SocketCreate(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int ConnectTo(SafeHandle socket, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetSockOpt(SafeHandle socket, int level, int option, int* value, int* length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetSockOpt(SafeHandle socket, int level, int option, int* value, int length);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    private static partial int Shutdown(SafeHandle socket, int how);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(SafeHandle socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(SafeHandle socket, MessageHeader* message, int flags);

    /// <summary>struct msghdr of a 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public nint Name;
        public nint NameLength;
        public IoVector* Vectors;
        public nint VectorCount;
        public nint Control;
        public nint ControlLength;
        public nint Flags;
    }
}
