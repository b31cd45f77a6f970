using System.ComponentModel;
using System.Runtime.InteropServices;
using Lab.Emulators.Dpu.DataPath;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.Linux;

/// <summary>struct epoll_event, packed on x86-64 alone (epoll_ctl(2)).</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct EpollEvent
{
    public uint Events;
    public ulong Data;
}

/// <summary>https://man7.org/linux/man-pages/man7/epoll.7.html</summary>
internal static unsafe partial class Epoll
{
    private const int CloseOnExec = 0x80000;
    private const int OperationAdd = 1;
    private const int OperationDelete = 2;
    private const int OperationModify = 3;
    private const int ErrnoInterrupted = 4;

    public static SafeFileHandle Create()
    {
        var descriptor = EpollCreate(CloseOnExec);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, true) : throw Failure("epoll_create1");
    }

    public static void Add(SafeHandle epoll, SafeHandle descriptor, ReactorEvents events, int id) =>
        Control(epoll, OperationAdd, descriptor, events, id);

    public static void Modify(SafeHandle epoll, SafeHandle descriptor, ReactorEvents events, int id) =>
        Control(epoll, OperationModify, descriptor, events, id);

    public static void Remove(SafeHandle epoll, SafeHandle descriptor) => Control(epoll, OperationDelete, descriptor, ReactorEvents.None, 0);

    /// <param name="limit">A wait without end when null.</param>
    /// <returns>Count of events; 0 when a signal came, or the limit.</returns>
    public static int Wait(SafeHandle epoll, EpollEvent* events, int max, TimeSpan? limit)
    {
        var until = limit is { } span ? TimeSpec.Of(span) : default;
        var count = EpollWait(epoll, events, max, limit is null ? null : &until, null);
        if (count >= 0)
            return count;
        return Marshal.GetLastPInvokeError() == ErrnoInterrupted ? 0 : throw Failure("epoll_wait");
    }

    private static void Control(SafeHandle epoll, int operation, SafeHandle descriptor, ReactorEvents events, int id)
    {
        var wanted = new EpollEvent { Events = (uint)events, Data = (ulong)id };
        if (EpollControl(epoll, operation, descriptor, &wanted) != 0)
            throw Failure("epoll_ctl");
    }

    private static IOException Failure(string call)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"{call}: {new Win32Exception(errno).Message}", errno);
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollControl(SafeHandle epoll, int operation, SafeHandle descriptor, EpollEvent* wanted);

    [LibraryImport("libc", EntryPoint = "epoll_pwait2", SetLastError = true)]
    private static partial int EpollWait(SafeHandle epoll, EpollEvent* events, int max, TimeSpec* timeout, void* signals);

    /// <summary>struct timespec of 64-bit Linux.</summary>
    private readonly record struct TimeSpec(long Seconds, long Nanoseconds)
    {
        public static TimeSpec Of(TimeSpan span) =>
            new(span.Ticks / TimeSpan.TicksPerSecond, span.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick);
    }
}
