using System.Diagnostics;
using System.Globalization;
using Lab.Interop.Linux;

namespace Lab.Interop.Tests.Linux;

public sealed class KernelClockTests
{
    /// <summary>Python lays struct timex out by the C compiler's rules: @I l l l l i are modes, offset, freq, maxerror, esterror, status.</summary>
    private const string Foreign =
        "import ctypes,struct; b=ctypes.create_string_buffer(256); r=ctypes.CDLL(None).adjtimex(b); print(r, *struct.unpack_from('@Illlli', b))";

    [Fact]
    public void MaximumError_IsWhatAForeignProgramReads()
    {
        using var python = Process.Start(new ProcessStartInfo("python3", ["-c", Foreign]) { RedirectStandardOutput = true })!;
        var fields = python.StandardOutput.ReadToEnd().Split(' ', StringSplitOptions.TrimEntries).Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToList();
        var synchronised = fields[0] != 5 && (fields[6] & 0x40) == 0;

        var error = KernelClock.MaximumError();

        Assert.Equal(synchronised, error is not null);
        // It grows by 500 ppm until the clock is set again: a second or so lies between the two readings.
        if (error is { } value)
            Assert.Equal(fields[4], value.TotalMicroseconds, 20_000.0);
    }
}
