using Lab.Harness.Consoles;
using Lab.Harness.Images;

namespace Lab.Scenarios.Fixtures;

/// <summary>When a booting machine said what, as its serial console arrived.</summary>
/// <param name="Requested">When the boot was asked for.</param>
/// <param name="Firmware">The firmware handed over to the boot loader.</param>
/// <param name="BootLoader">The boot loader handed over to the kernel.</param>
/// <param name="Kernel">The kernel started its first process.</param>
/// <param name="Ready">The shell is there.</param>
/// <param name="TraceId">Trace of the request; null for a baseline.</param>
public sealed record BootMarks(
    DateTimeOffset Requested, DateTimeOffset Firmware, DateTimeOffset BootLoader, DateTimeOffset Kernel, DateTimeOffset Ready, string? TraceId)
{
    private static readonly TimeSpan AlreadySaid = TimeSpan.FromSeconds(1);

    public double TotalSeconds => (Ready - Requested).TotalSeconds;

    /// <param name="from">Position of the console when the boot was asked for.</param>
    public static async Task<BootMarks> ReadAsync(
        SerialConsole console, int from, DateTimeOffset requested, DateTimeOffset ready, string? traceId, CancellationToken token)
    {
        var firmware = await console.WaitForAsync(ProbeImage.Firmware, from, AlreadySaid, token);
        var bootLoader = await console.WaitForAsync(ProbeImage.BootLoader, firmware.End, AlreadySaid, token);
        var kernel = await console.WaitForAsync(ProbeImage.Kernel, bootLoader.End, AlreadySaid, token);
        return new BootMarks(requested, firmware.At, bootLoader.At, kernel.At, ready, traceId);
    }
}
