using System.Runtime.InteropServices;
using Lab.Emulators.Dpu.DataPath;

namespace Lab.Emulators.Dpu.Tests.DataPath;

/// <summary>A front's request over memory of its own, cut into segments.</summary>
internal sealed unsafe class TestRequest : BlockRequest, IDisposable
{
    private readonly BlockSegment[] segments;
    private readonly byte* memory;
    private TaskCompletionSource<BlockStatus> completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int completions;

    /// <param name="cuts">Lengths of the segments; the last one is what is left.</param>
    public TestRequest(BlockOperation operation, ulong offset, int length, params int[] cuts)
    {
        Operation = operation;
        Offset = offset;
        Length = (ulong)length;
        memory = (byte*)NativeMemory.AllocZeroed((nuint)Math.Max(length, 1));
        var list = new List<BlockSegment>();
        var at = 0;
        if (operation is BlockOperation.Read or BlockOperation.Write)
        {
            foreach (var cut in cuts.TakeWhile(c => at + c < length))
            {
                list.Add(new BlockSegment((nint)memory + at, cut));
                at += cut;
            }
            list.Add(new BlockSegment((nint)memory + at, length - at));
        }
        segments = [.. list];
    }

    public override ReadOnlySpan<BlockSegment> Segments => segments;

    public Span<byte> Data => new(memory, (int)Length);

    public Task<BlockStatus> Completed => completed.Task;

    /// <summary>How often it was completed.</summary>
    public int Completions => Volatile.Read(ref completions);

    /// <summary>Called in place of the task: nothing is allocated.</summary>
    public Action<TestRequest, BlockStatus>? OnComplete { get; set; }

    public TestRequest Fill(byte value)
    {
        Data.Fill(value);
        return this;
    }

    public void MoveTo(ulong offset) => Offset = offset;

    public void Reset() => completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override void Complete(BlockStatus status)
    {
        Interlocked.Increment(ref completions);
        if (OnComplete is { } told)
            told(this, status);
        else
            completed.TrySetResult(status);
    }

    public void Dispose() => NativeMemory.Free(memory);
}
