using System.Buffers;
using System.IO.Pipelines;
using Lab.Emulators.Storage.Store;
using Lab.Protocols.Nbd;

namespace Lab.Emulators.Storage.Nbd;

/// <summary>
/// The transmission phase of one connection (proto.md, "Transmission phase").
/// <para>
/// 1. The loop takes requests off the input. 2. What needs no wait (a read of cached bytes, a small write, a block status) it does at once,
/// the data going from the page cache straight into the output's memory. 3. Everything else it hands aside, within a budget, and goes on; those
/// answer when they are done, in any order. 4. Answers of one batch leave together.
/// </para>
/// </summary>
internal sealed partial class NbdTransmission : IDisposable
{
    private const int RequestsAsideMax = 64;
    private const long BytesAsideMax = 64 << 20;

    /// <summary>A longer read is not done at once, so that it does not hold up the others.</summary>
    private const int InlineReadBytesMax = 256 * 1024;

    /// <summary>Answers that wait leave when they are this many bytes, so that sending and reading overlap.</summary>
    private const int BatchBytesMax = 256 * 1024;

    private readonly PipeReader input;
    private readonly PipeWriter output;
    private readonly IBlockVolume volume;
    private readonly NbdExportFlags flags;
    private readonly bool structured;
    private readonly bool allocation;
    private readonly RequestBudget budget = new(RequestsAsideMax, BytesAsideMax);
    private readonly SemaphoreSlim sending = new(1, 1);
    private int waiting;
    private IncomingWrite? incoming;
    private NbdWork? stalled;

    public NbdTransmission(IDuplexPipe transport, NbdChosenExport chosen)
    {
        input = transport.Input;
        output = transport.Output;
        volume = chosen.Volume;
        flags = NbdChosenExport.FlagsOf(chosen.Export);
        structured = chosen.Structured;
        allocation = chosen.Allocation;
    }

    private enum Step
    {
        NeedInput,
        SendAnswers,
        AwaitBudget,
        Ended,
    }

    /// <summary>Serves until the client disconnects; when this returns or throws, no request is being worked on any more.</summary>
    /// <exception cref="NbdProtocolException">The client broke the protocol.</exception>
    public async Task RunAsync(CancellationToken token)
    {
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(token);
                var rest = result.Buffer;
                Step step;
                do
                {
                    step = await TakeAsync(ref rest, token);
                    if (step == Step.AwaitBudget)
                    {
                        await budget.EnterAsync(stalled!.Value.Bytes, token);
                        StartAside(stalled.Value, token);
                        stalled = null;
                    }
                }
                while (step is Step.SendAnswers or Step.AwaitBudget);
                input.AdvanceTo(rest.Start, rest.End);
                if (step == Step.Ended || result.IsCompleted)
                    return;
            }
        }
        finally
        {
            incoming?.Dispose();
            stalled?.Dispose();
            await budget.EmptyAsync();
        }
    }

    public void Dispose() => sending.Dispose();

    /// <summary>Takes requests until something has to be waited for, and sends the answers that there are by then.</summary>
    private ValueTask<Step> TakeAsync(ref ReadOnlySequence<byte> rest, CancellationToken token)
    {
        // The usual case: nobody else is sending.
        if (!sending.Wait(0, token))
            return new ValueTask<Step>(TakeLater(token));
        Step step;
        try
        {
            step = TakeAll(ref rest, token);
        }
        catch
        {
            sending.Release();
            throw;
        }
        return SendAsync(step, token);
    }

    private async Task<Step> TakeLater(CancellationToken token)
    {
        await sending.WaitAsync(token);
        sending.Release();
        return Step.SendAnswers;
    }

    private async ValueTask<Step> SendAsync(Step step, CancellationToken token)
    {
        try
        {
            if (waiting > 0)
            {
                waiting = 0;
                await output.FlushAsync(token);
            }
            return step;
        }
        finally
        {
            sending.Release();
        }
    }

    private Step TakeAll(ref ReadOnlySequence<byte> rest, CancellationToken token)
    {
        while (waiting < BatchBytesMax)
        {
            NbdWork work;
            if (incoming is { } write)
            {
                write.Take(ref rest);
                if (!write.IsWhole)
                    return Step.NeedInput;
                incoming = null;
                work = write.ToWork();
            }
            else if (TryReadRequest(ref rest, out var request))
            {
                if (request.Command == NbdCommand.Disconnect)
                    return Step.Ended;
                if (request.Command == NbdCommand.Write)
                {
                    incoming = new IncomingWrite(request, Check(request));
                    continue;
                }
                work = new NbdWork(request, Check(request), null);
            }
            else
            {
                return Step.NeedInput;
            }
            if (TryAnswerAtOnce(work))
                continue;
            if (!budget.TryEnter(work.Bytes))
            {
                stalled = work;
                return Step.AwaitBudget;
            }
            StartAside(work, token);
        }
        return Step.SendAnswers;
    }

    private static bool TryReadRequest(ref ReadOnlySequence<byte> rest, out NbdRequest request)
    {
        request = default;
        if (rest.Length < NbdRequest.Size)
            return false;
        Span<byte> head = stackalloc byte[NbdRequest.Size];
        rest.Slice(0, NbdRequest.Size).CopyTo(head);
        if (!NbdRequest.TryRead(head, out request))
            throw new NbdProtocolException("a request without its magic");
        if (request is { Command: NbdCommand.Write, Length: > NbdLimits.PayloadBytesMax })
            throw new NbdProtocolException($"a write of {request.Length} bytes");
        rest = rest.Slice(NbdRequest.Size);
        return true;
    }

    /// <summary>What is wrong with a request, by itself and for this export.</summary>
    private NbdError Check(NbdRequest request)
    {
        var allowed = NbdCommandFlags.Fua | request.Command switch
        {
            NbdCommand.Read when structured => NbdCommandFlags.DontFragment,
            NbdCommand.WriteZeroes => NbdCommandFlags.NoHole | NbdCommandFlags.FastZero,
            NbdCommand.BlockStatus => NbdCommandFlags.ReqOne,
            _ => NbdCommandFlags.None,
        };
        if ((request.Flags & ~allowed) != 0)
            return NbdError.Invalid;
        var changes = request.Command is NbdCommand.Write or NbdCommand.Trim or NbdCommand.WriteZeroes;
        if (changes && flags.HasFlag(NbdExportFlags.ReadOnly))
            return NbdError.NotPermitted;
        if (request.Command is NbdCommand.Flush)
            return NbdError.None;
        if (request.Command > NbdCommand.BlockStatus || request.Length == 0)
            return NbdError.Invalid;
        if (request is { Command: NbdCommand.Read, Length: > NbdLimits.PayloadBytesMax })
            return NbdError.Invalid;
        if (request.Command == NbdCommand.BlockStatus && !allocation)
            return NbdError.Invalid;
        var size = (ulong)volume.SizeBytes;
        if (request.Offset <= size && request.Length <= size - request.Offset)
            return NbdError.None;
        return request.Command is NbdCommand.Write or NbdCommand.WriteZeroes ? NbdError.NoSpace : NbdError.Invalid;
    }
}
