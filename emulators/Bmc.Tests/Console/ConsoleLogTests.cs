using System.Text;
using Lab.Emulators.Bmc.Console;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Console;

public sealed class ConsoleLogTests : IDisposable
{
    private readonly TestDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void Log_OpenedAgain_HoldsWhatItHeld()
    {
        using (var log = Open())
            log.Append("hello"u8);
        using var again = Open();
        Assert.Equal(5, again.End);
        Assert.Equal("llo", ReadText(again, 2));
    }

    [Fact]
    public void Log_MoreThanItsCapacity_KeepsTheNewestUnderTheirOffsets()
    {
        using var log = Open();
        var block = new byte[300_000];
        for (var i = 0; i < 5; i++)
        {
            Array.Fill(block, (byte)('a' + i));
            log.Append(block);
        }
        Assert.Equal(1_500_000, log.End);
        Assert.Equal(1_500_000 - ConsoleLog.Capacity, log.Start);
        var all = new byte[ConsoleLog.Capacity];
        Assert.Equal((log.Start, ConsoleLog.Capacity), log.Read(0, all));
        Assert.Equal(Enumerable.Range((int)log.Start, ConsoleLog.Capacity).Select(i => (byte)('a' + (i / 300_000))), all);
    }

    [Fact]
    public void Log_Cleared_HoldsNothingAndOffsetsGoOn()
    {
        using var log = Open();
        log.Append("before"u8);
        log.Clear();
        Assert.Equal("", ReadText(log, 0));
        log.Append("after"u8);
        Assert.Equal("after", ReadText(log, 0));
        Assert.Equal(6, log.Start);
    }

    [Fact]
    public async Task Changed_TakenBeforeAnAppend_Completes()
    {
        using var log = Open();
        var changed = log.Changed;
        Assert.False(changed.IsCompleted);
        log.Append("x"u8);
        await changed.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
    }

    private ConsoleLog Open() => new(directory["console.ring"]);

    private static string ReadText(ConsoleLog log, long offset)
    {
        var buffer = new byte[64];
        var (_, count) = log.Read(offset, buffer);
        return Encoding.ASCII.GetString(buffer, 0, count);
    }
}
