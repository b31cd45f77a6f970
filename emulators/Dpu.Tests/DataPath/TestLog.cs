using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Dpu.Tests.DataPath;

/// <summary>Log lines in the test's output.</summary>
internal sealed class TestLog : ILogger
{
    private readonly ITestOutputHelper? output = TestContext.Current.TestOutputHelper;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            output?.WriteLine(formatter(state, exception));
        }
        catch (InvalidOperationException)
        {
            // The test is over.
        }
    }
}
