using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Lab.Emulators.Dpu.Linux;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.DataPath;

/// <summary>What waits for a descriptor on a <see cref="Reactor"/>.</summary>
internal interface IReactorHandler
{
    /// <summary>Called on the reactor's thread when the descriptor can be read or written, or has failed.</summary>
    void OnReady(ReactorEvents events);
}

/// <summary>What is put off to the end of a <see cref="Reactor"/>'s step.</summary>
internal interface IReactorFinisher
{
    /// <summary>Called once for each step in which <see cref="Reactor.Finish"/> was, on the reactor's thread.</summary>
    void OnStepDone();
}

/// <summary>What is put off for a while.</summary>
internal interface IReactorTimer
{
    /// <summary>Called once for each <see cref="Reactor.StartTimer"/> that was not stopped, on the reactor's thread.</summary>
    void OnTime();
}

/// <summary>EPOLLIN, EPOLLOUT, EPOLLERR and EPOLLHUP of epoll_ctl(2).</summary>
[Flags]
internal enum ReactorEvents : uint
{
    None = 0,
    Readable = 0x001,
    Writable = 0x004,
    Error = 0x008,
    HangUp = 0x010,

    /// <summary>EPOLLET: told of each change, and not as long as it lasts.</summary>
    Edge = 1u << 31,
}

/// <summary>
/// A thread that waits for descriptors and runs what is posted to it: SPDK's reactor in interrupt mode. Whoever belongs to a reactor is
/// touched by its thread alone, so nothing of the data path is locked, and a reactor with nothing to do costs no CPU.
/// </summary>
internal sealed class Reactor : IAsyncDisposable
{
    private const int EventsMax = 64;

    private readonly SafeFileHandle epoll = Epoll.Create();
    private readonly SafeFileHandle wake = EventFd.Create();
    private readonly ConcurrentQueue<Action> posted = new();
    private readonly Dictionary<int, Registration> registrations = [];
    private readonly Queue<IReactorFinisher> finishers = new();
    private readonly PriorityQueue<IReactorTimer, long> timers = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<Exception> failed;
    private readonly Thread thread;
    private int nextId = 1;
    private int isAwake;
    private volatile bool isStopping;

    /// <param name="failed">Told of an exception that a handler let out; the reactor goes on.</param>
    public Reactor(string name, Action<Exception> failed)
    {
        this.failed = failed;
        Epoll.Add(epoll, wake, ReactorEvents.Readable, 0);
        thread = new Thread(Run) { IsBackground = true, Name = name };
        thread.Start();
    }

    public bool IsCurrent => Thread.CurrentThread == thread;

    /// <summary>Runs <paramref name="action"/> on the reactor's thread, soon; in the order of the calls.</summary>
    public void Post(Action action)
    {
        posted.Enqueue(action);
        if (Interlocked.Exchange(ref isAwake, 1) == 0)
            EventFd.Signal(wake);
    }

    /// <summary>Runs <paramref name="action"/> on the reactor's thread and waits for its end.</summary>
    public Task RunAsync(Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                action();
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    /// <summary>On the reactor's thread: calls <paramref name="handler"/> as long as <paramref name="descriptor"/> is ready; with <see cref="ReactorEvents.Edge"/>, each time it becomes so.</summary>
    public Registration Register(SafeHandle descriptor, ReactorEvents events, IReactorHandler handler)
    {
        var registration = new Registration(this, nextId++, descriptor, handler);
        registrations.Add(registration.Id, registration);
        Epoll.Add(epoll, descriptor, events, registration.Id);
        return registration;
    }

    /// <summary>
    /// On the reactor's thread: calls <paramref name="finisher"/> when the handler that runs now has returned, so that what many requests of
    /// one step would each do is done once for all of them.
    /// </summary>
    public void Finish(IReactorFinisher finisher) => finishers.Enqueue(finisher);

    /// <summary>On the reactor's thread: calls <paramref name="timer"/>, which has not been started yet, when <paramref name="delay"/> has passed.</summary>
    public void StartTimer(IReactorTimer timer, TimeSpan delay) =>
        timers.Enqueue(timer, Stopwatch.GetTimestamp() + (delay.Ticks * Stopwatch.Frequency / TimeSpan.TicksPerSecond));

    /// <summary>On the reactor's thread: the timer is not called, and can be started again.</summary>
    public void StopTimer(IReactorTimer timer) => timers.Remove(timer, out _, out _);

    /// <summary>Ends the thread after what was posted before.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isStopping)
            return;
        Post(() => isStopping = true);
        await ended.Task;
        epoll.Dispose();
        wake.Dispose();
    }

    private unsafe void Run()
    {
        var events = stackalloc EpollEvent[EventsMax];
        while (!isStopping)
        {
            var count = Epoll.Wait(epoll, events, EventsMax, LimitOfWait());
            for (var i = 0; i < count; i++)
            {
                var id = (int)events[i].Data;
                if (id == 0)
                    RunPosted();
                else if (registrations.TryGetValue(id, out var registration))
                    Call(registration, events[i].Events);
                FinishStep();
            }
            RunTimers();
        }
        ended.SetResult();
    }

    /// <returns>Null when no timer is started.</returns>
    private TimeSpan? LimitOfWait()
    {
        if (!timers.TryPeek(out _, out var due))
            return null;
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void RunTimers()
    {
        while (timers.TryPeek(out var timer, out var due) && due <= Stopwatch.GetTimestamp())
        {
            timers.Dequeue();
            try
            {
                timer.OnTime();
            }
            catch (Exception e)
            {
                failed(e);
            }
            FinishStep();
        }
    }

    private void RunPosted()
    {
        EventFd.Clear(wake);
        Volatile.Write(ref isAwake, 0);
        Interlocked.MemoryBarrier();
        while (posted.TryDequeue(out var action))
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                failed(e);
            }
        }
    }

    private void FinishStep()
    {
        while (finishers.TryDequeue(out var finisher))
        {
            try
            {
                finisher.OnStepDone();
            }
            catch (Exception e)
            {
                failed(e);
            }
        }
    }

    private void Call(Registration registration, uint events)
    {
        try
        {
            registration.Handler.OnReady((ReactorEvents)events);
        }
        catch (Exception e)
        {
            failed(e);
        }
    }

    /// <summary>A descriptor's place on the reactor; dispose on the reactor's thread, before the descriptor.</summary>
    public sealed class Registration(Reactor reactor, int id, SafeHandle descriptor, IReactorHandler handler) : IDisposable
    {
        public int Id => id;

        public IReactorHandler Handler => handler;

        public void Wait(ReactorEvents events) => Epoll.Modify(reactor.epoll, descriptor, events, id);

        public void Dispose()
        {
            if (reactor.registrations.Remove(id))
                Epoll.Remove(reactor.epoll, descriptor);
        }
    }
}
