using System.Buffers.Binary;
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Lab.Emulators.Dpu.Linux;
using Lab.Protocols.VhostUser;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.DataPath.Vhost;

/// <summary>A vhost-user message and the descriptors that came with it (SCM_RIGHTS, unix(7)).</summary>
internal sealed record VhostMessage(VhostUserHeader Header, byte[] Payload, IReadOnlyList<SafeFileHandle> Files)
{
    public void CloseFiles()
    {
        foreach (var file in Files)
            file.Dispose();
    }
}

/// <summary>Messages over a Unix socket, one after the other, on a thread that may block.</summary>
internal sealed unsafe partial class VhostSocket(Socket socket)
{
    private const int PayloadBytesMax = 4096;
    private const int FilesMax = 8;
    private const int ControlBytes = 16 + (FilesMax * sizeof(int)) + 8;
    private const int SolSocket = 1;
    private const int ScmRights = 1;
    private const int CloseOnExec = 0x40000000;
    private const int ControlTruncated = 8;
    private const int NoSignal = 0x4000;
    private const int ErrnoInterrupted = 4;

    /// <returns>Null when the other side is gone.</returns>
    /// <exception cref="VhostException">It is no message.</exception>
    public VhostMessage? Receive()
    {
        var files = new List<SafeFileHandle>();
        VhostMessage? message = null;
        try
        {
            return message = Receive(files);
        }
        finally
        {
            // What came with half a message, or with none, is nobody's.
            if (message is null)
                files.ForEach(file => file.Dispose());
        }
    }

    /// <summary>Waits for a message without taking it.</summary>
    /// <returns>False when the other side is gone before it said anything.</returns>
    public bool HasMessage()
    {
        try
        {
            return socket.Receive(new byte[1], SocketFlags.Peek) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <param name="file">Goes with it; the caller keeps it.</param>
    public void Reply(VhostUserRequest request, ReadOnlySpan<byte> payload, SafeHandle? file = null) =>
        Send(new VhostUserHeader((uint)request, VhostUserHeader.Version | VhostUserHeader.Reply, (uint)payload.Length), payload, file);

    public void Reply(VhostUserRequest request, ulong value)
    {
        var payload = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(payload, value);
        Reply(request, payload);
    }

    public void Send(VhostUserHeader header, ReadOnlySpan<byte> payload, SafeHandle? file = null)
    {
        var bytes = new byte[VhostUserHeader.Bytes + payload.Length];
        header.Write(bytes);
        payload.CopyTo(bytes.AsSpan(VhostUserHeader.Bytes));
        if (file is null)
            socket.Send(bytes);
        else
            SendWith(bytes, file);
    }

    private VhostMessage? Receive(List<SafeFileHandle> files)
    {
        var head = new byte[VhostUserHeader.Bytes];
        for (var at = 0; at < head.Length;)
        {
            var count = Receive(head.AsSpan(at), files);
            if (count == 0)
                return null;
            at += count;
        }
        var header = VhostUserHeader.Read(head);
        if (!header.IsVersion1 || header.Size > PayloadBytesMax)
            throw new VhostException($"a message of version {header.Flags & 3} and {header.Size} bytes");
        var payload = new byte[header.Size];
        for (var at = 0; at < payload.Length;)
        {
            var count = socket.Receive(payload, at, payload.Length - at, SocketFlags.None);
            if (count == 0)
                return null;
            at += count;
        }
        return new VhostMessage(header, payload, files);
    }

    private int Receive(Span<byte> buffer, List<SafeFileHandle> files)
    {
        var control = stackalloc byte[ControlBytes];
        fixed (byte* place = buffer)
        {
            var vector = new IoVector((nint)place, buffer.Length);
            var message = new MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = ControlBytes };
            nint count;
            do
                count = RecvMsg(socket.SafeHandle, &message, CloseOnExec);
            while (count < 0 && Marshal.GetLastPInvokeError() == ErrnoInterrupted);
            if (count < 0)
                return 0;
            if (message.ControlLength >= (nuint)sizeof(ControlHeader) && ((ControlHeader*)control)->Level == SolSocket && ((ControlHeader*)control)->Type == ScmRights)
            {
                var descriptors = (int*)(control + sizeof(ControlHeader));
                for (var i = 0; i < ((int)((ControlHeader*)control)->Length - sizeof(ControlHeader)) / sizeof(int); i++)
                    files.Add(new SafeFileHandle(descriptors[i], true));
            }
            if ((message.Flags & ControlTruncated) != 0)
                throw new VhostException("more descriptors than a message has");
            return (int)count;
        }
    }

    private void SendWith(byte[] bytes, SafeHandle file)
    {
        var control = stackalloc byte[sizeof(ControlHeader) + sizeof(ulong)];
        var header = (ControlHeader*)control;
        *header = new ControlHeader { Length = (nuint)(sizeof(ControlHeader) + sizeof(int)), Level = SolSocket, Type = ScmRights };
        *(int*)(control + sizeof(ControlHeader)) = (int)file.DangerousGetHandle();
        fixed (byte* place = bytes)
        {
            var vector = new IoVector((nint)place, bytes.Length);
            var message = new MessageHeader
            {
                Vectors = &vector, VectorCount = 1, Control = control, ControlLength = (nuint)(sizeof(ControlHeader) + sizeof(ulong)),
            };
            if (SendMsg(socket.SafeHandle, &message, NoSignal) != bytes.Length)
                throw new SocketException(Marshal.GetLastPInvokeError(), new Win32Exception(Marshal.GetLastPInvokeError()).Message);
        }
    }

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint RecvMsg(SafeHandle socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMsg(SafeHandle socket, MessageHeader* message, int flags);

    /// <summary>struct msghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public IoVector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>struct cmsghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ControlHeader
    {
        public nuint Length;
        public int Level;
        public int Type;
    }
}
