using System.Diagnostics;

namespace Lab.Manager.Tests.Configuration;

/// <summary>Exit codes of the program: 2 for a wrong command line, 3 for what it does not find.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData(2, "--listen", "nowhere")]
    [InlineData(2, "--state-dir", "/tmp", "--storage", "http://not-tls")]
    [InlineData(3, "--state-dir", "/proc/none", "--storage", "https://127.0.0.1:1")]
    [InlineData(3, "enrolment-token", "create", "--state-dir", "/nonexistent")]
    [InlineData(2, "enrolment-token", "create", "--state-dir", "/nonexistent", "--expires-in", "0")]
    public async Task Program_StartedWrongly_EndsWithItsCode(int code, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Lab.Manager.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(code, process.ExitCode);
        Assert.NotEmpty(await errors);
    }
}
