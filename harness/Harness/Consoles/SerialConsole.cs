using System.Text;
using System.Text.RegularExpressions;

namespace Lab.Harness.Consoles;

/// <summary>
/// A serial console: everything it said, each chunk with the time it arrived, and a way to type. Waits look at the transcript, so
/// nothing said before the wait is missed.
/// </summary>
public sealed class SerialConsole : IAsyncDisposable
{
    public const int TranscriptCharsMax = 64 * 1024 * 1024;

    private readonly Stream stream;
    private readonly TimeProvider clock;
    private readonly StringBuilder transcript = new();
    private readonly List<(int Offset, DateTimeOffset At)> arrivals = [];
    private readonly CancellationTokenSource stop = new();
    private readonly Task reading;
    private TaskCompletionSource more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? ended;

    public SerialConsole(Stream stream, TimeProvider clock)
    {
        this.stream = stream;
        this.clock = clock;
        reading = ReadAsync(stop.Token);
    }

    /// <summary>Characters received so far; a place to wait from.</summary>
    public int Position
    {
        get
        {
            lock (transcript)
                return transcript.Length;
        }
    }

    public string Text(int from = 0)
    {
        lock (transcript)
            return transcript.ToString(from, transcript.Length - from);
    }

    /// <summary>Waits until <paramref name="pattern"/> stands in what was said since <paramref name="from"/>.</summary>
    /// <exception cref="ConsoleTimeoutException">It was not said in time; carries the tail of the transcript.</exception>
    public async Task<ConsoleMatch> WaitForAsync(Regex pattern, int from, TimeSpan limit, CancellationToken token)
    {
        using var deadline = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(token, deadline.Token);
        while (true)
        {
            Task changed;
            Exception? over;
            lock (transcript)
            {
                if (Find(pattern, from) is { } match)
                    return match;
                changed = more.Task;
                over = ended;
            }
            if (over is { } cause)
                throw new LabException($"the serial console closed while waiting for /{pattern}/: {cause.Message}", cause);
            try
            {
                await changed.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested && !token.IsCancellationRequested)
            {
                throw new ConsoleTimeoutException(pattern, limit, Text(Math.Max(from, Position - 2000)));
            }
        }
    }

    /// <summary>Waits until there is something behind <paramref name="position"/>.</summary>
    public async Task WaitForMoreAsync(int position, CancellationToken token)
    {
        Task changed;
        Exception? over;
        lock (transcript)
        {
            if (transcript.Length > position)
                return;
            changed = more.Task;
            over = ended;
        }
        if (over is { } cause)
            throw new LabException($"the serial console closed: {cause.Message}", cause);
        await changed.WaitAsync(token);
    }

    /// <summary>Types <paramref name="text"/>.</summary>
    public async Task WriteAsync(string text, CancellationToken token)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text), token);
        await stream.FlushAsync(token);
    }

    /// <summary>When the character at <paramref name="offset"/> arrived.</summary>
    public DateTimeOffset ArrivalOf(int offset)
    {
        lock (transcript)
            return ArrivalLocked(offset);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await stream.DisposeAsync();
        await reading;
        stop.Dispose();
    }

    private DateTimeOffset ArrivalLocked(int offset)
    {
        var low = 0;
        var high = arrivals.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (arrivals[middle].Offset <= offset)
                low = middle;
            else
                high = middle - 1;
        }
        return arrivals[low].At;
    }

    private ConsoleMatch? Find(Regex pattern, int from)
    {
        var match = pattern.Match(transcript.ToString(from, transcript.Length - from));
        return match.Success
            ? new ConsoleMatch(match, from + match.Index, from + match.Index + match.Length, ArrivalLocked(from + match.Index))
            : null;
    }

    private async Task ReadAsync(CancellationToken token)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                var count = await stream.ReadAsync(buffer, token);
                if (count == 0)
                    throw new EndOfStreamException("closed by the other side");
                Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (Exception e)
        {
            // Under the lock: who sees the end has seen everything said before it.
            lock (transcript)
            {
                ended = e;
                more.TrySetResult();
            }
        }
    }

    private void Append(string text)
    {
        lock (transcript)
        {
            if (transcript.Length + text.Length > TranscriptCharsMax)
                throw new InvalidDataException($"more than {TranscriptCharsMax} characters on the console");
            arrivals.Add((transcript.Length, clock.GetUtcNow()));
            transcript.Append(text);
            more.TrySetResult();
            more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}

/// <param name="Start">Offset of the match's first character in the transcript.</param>
/// <param name="End">Offset behind its last.</param>
/// <param name="At">When its first character arrived.</param>
public sealed record ConsoleMatch(Match Match, int Start, int End, DateTimeOffset At);

/// <summary>The guest did not say in time what it should have said.</summary>
public sealed class ConsoleTimeoutException(Regex pattern, TimeSpan limit, string tail)
    : Exception($"the console did not show /{pattern}/ within {limit.TotalSeconds:0.#} s; it ended with:{Environment.NewLine}{tail}")
{
    public string Tail => tail;
}
