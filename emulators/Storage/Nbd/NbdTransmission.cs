using System.Buffers;
using Lab.Emulators.Storage.Store;
using Lab.Emulators.Storage.Wire;
using Lab.Protocols.Nbd;

namespace Lab.Emulators.Storage.Nbd;

/// <summary>
/// The transmission phase of one connection (proto.md, "Transmission phase").
/// <para>
/// 1. The connection's thread takes requests off the input. 2. What needs no wait (a read of cached bytes, a write to the page cache, a block
/// status) it does at once, the data of a read going from the page cache straight into the output's buffer. 3. Everything else it hands aside,
/// within a budget, and goes on; those answer when they are done, in any order. 4. Answers leave together when there is nothing more to take.
/// </para>
/// </summary>
internal sealed partial class NbdTransmission
{
    private const int RequestsAsideMax = 16;
    private const long BytesAsideMax = 64 << 20;

    /// <summary>A longer read is not done at once, so that it does not hold up the others.</summary>
    private const int InlineReadBytesMax = 256 * 1024;

    /// <summary>Answers that wait leave when they are this many bytes, so that the client gets to work.</summary>
    private const int BatchBytesMax = 64 * 1024;

    private readonly SocketInput input;
    private readonly SocketOutput output;
    private readonly IBlockVolume volume;
    private readonly NbdExportFlags flags;
    private readonly bool structured;
    private readonly bool allocation;
    private readonly RequestBudget budget = new(RequestsAsideMax, BytesAsideMax);

    private readonly ILogger logger;
    private readonly NbdChosenExport chosen;

    public NbdTransmission(SocketInput input, SocketOutput output, NbdChosenExport chosen, ILogger logger)
    {
        this.logger = logger;
        this.input = input;
        this.output = output;
        this.chosen = chosen;
        volume = chosen.Volume;
        flags = NbdChosenExport.FlagsOf(chosen.Export);
        structured = chosen.Structured;
        allocation = chosen.Allocation;
    }

    /// <summary>Serves until the client leaves; when this returns or throws, no request is being worked on any more.</summary>
    /// <exception cref="NbdProtocolException">The client broke the protocol.</exception>
    public void Run()
    {
        try
        {
            while (TryTakeRequest(out var request) && TryServe(request))
            {
            }
        }
        finally
        {
            chosen.Hurry();
            budget.WaitEmpty();
        }
    }

    private bool TryTakeRequest(out NbdRequest request)
    {
        request = default;
        if (input.Buffered < NbdRequest.Size || output.Waiting >= BatchBytesMax)
            SendAnswers();
        if (!input.TryTake(NbdRequest.Size, out var head))
            return false;
        if (!NbdRequest.TryRead(head.Span, out request))
            throw new NbdProtocolException("a request without its magic");
        if (request is { Command: NbdCommand.Write, Length: > NbdLimits.PayloadBytesMax })
            throw new NbdProtocolException($"a write of {request.Length} bytes");
        return request.Command != NbdCommand.Disconnect;
    }

    /// <summary>Answers a request or hands it aside; false when the input ends in the middle of it.</summary>
    private bool TryServe(NbdRequest request)
    {
        var error = Check(request);
        if (error != NbdError.None)
        {
            if (request.Command == NbdCommand.Write && !input.TrySkip(request.Length))
                return false;
            Answer(request, error);
            return true;
        }
        if (request.Command == NbdCommand.Write)
            return TryServeWrite(request);
        if (!TryAnswerAtOnce(request))
            StartAside(new NbdWork(request, null));
        return true;
    }

    private bool TryServeWrite(NbdRequest request)
    {
        var length = (int)request.Length;
        var durable = request.Flags.HasFlag(NbdCommandFlags.Fua);
        if (length <= SocketInput.TakeBytesMax && !durable)
        {
            if (!input.TryTake(length, out var data))
                return false;
            Answer(request, WriteAtOnce(request, data));
            return true;
        }

        // Long enough that the answers before it should not wait for its end.
        SendAnswers();
        var work = new NbdWork(request, ArrayPool<byte>.Shared.Rent(length));
        if (!input.TryRead(work.Payload.AsSpan(0, length)))
        {
            work.Dispose();
            return false;
        }
        if (length > StoreLimits.InlineWriteBytesMax || durable)
        {
            StartAside(work);
            return true;
        }
        using (work)
            Answer(request, WriteAtOnce(request, work.Data));
        return true;
    }

    private void SendAnswers()
    {
        if (output.Waiting == 0)
            return;
        lock (output.Gate)
            output.Send();
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
