using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lab.Manager.Images;

/// <summary>
/// qemu-img on an untrusted file: never guesses a format, and runs bounded in time, in memory and in what it may write
/// (prlimit(1)). It is a program of its own, so that a crash in its parsers ends nothing else.
/// </summary>
internal sealed class QemuImg(TimeProvider time)
{
    /// <summary>Exit code of <c>qemu-img check</c> for space that is lost in the file, and nothing else.</summary>
    private const int LeakedClusters = 3;

    /// <summary>Second judge after <see cref="Qcow2Header"/>: what QEMU itself makes of the header.</summary>
    /// <returns>The size of the guest's disk in bytes.</returns>
    /// <exception cref="ImageRefusedException">Not readable as qcow2, damaged, or it names another file.</exception>
    public async Task<long> CheckQcow2Async(string path, CancellationToken token)
    {
        var virtualBytes = await ReadInfoAsync(path, token);
        // A conversion reads what lies behind the end of a cut file as zeroes; the check finds it.
        await RunAsync(["check", "-q", "-f", "qcow2", path], outputBytesMax: 0, token, LeakedClusters);
        return virtualBytes;
    }

    /// <param name="virtualBytes">What the raw file may grow to.</param>
    /// <exception cref="ImageRefusedException">qemu-img failed or ran into a bound.</exception>
    public Task ConvertToRawAsync(string qcow2, string raw, long virtualBytes, CancellationToken token) =>
        RunAsync(["convert", "-f", "qcow2", "-O", "raw", "-S", "64k", qcow2, raw], virtualBytes, token);

    private async Task<long> ReadInfoAsync(string path, CancellationToken token)
    {
        var text = await RunAsync(["info", "--output=json", "-f", "qcow2", path], outputBytesMax: 0, token);
        try
        {
            using var info = JsonDocument.Parse(text);
            var root = info.RootElement;
            if (root.TryGetProperty("backing-filename", out _) || root.TryGetProperty("full-backing-filename", out _))
                throw new ImageRefusedException("it names a backing file");
            if (root.TryGetProperty("format-specific", out var format) && format.GetProperty("data").TryGetProperty("data-file", out _))
                throw new ImageRefusedException("it names an external data file");
            return root.GetProperty("virtual-size").GetInt64();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ImageRefusedException("qemu-img info answered something else than expected", e);
        }
    }

    private async Task<string> RunAsync(IReadOnlyList<string> arguments, long outputBytesMax, CancellationToken token, int harmlessExitCode = 0)
    {
        var start = new ProcessStartInfo("prlimit") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in Limits(outputBytesMax).Append("qemu-img").Concat(arguments))
            start.ArgumentList.Add(argument);
        using var timeout = new CancellationTokenSource(ImageLimits.ConversionTimeMax, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, token);
        using var process = Start(start);
        process.StandardInput.Close();
        try
        {
            var output = ReadBoundedAsync(process.StandardOutput, stop.Token);
            var errors = ReadBoundedAsync(process.StandardError, stop.Token);
            await process.WaitForExitAsync(stop.Token);
            if (process.ExitCode != 0 && process.ExitCode != harmlessExitCode)
                throw new ImageRefusedException($"qemu-img {arguments[0]} failed: {FirstLine(await errors, process.ExitCode)}");
            return await output;
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw new ImageRefusedException($"qemu-img {arguments[0]} took longer than {ImageLimits.ConversionTimeMax.TotalMinutes} minutes");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    private static string[] Limits(long outputBytesMax) =>
    [
        "--as=" + ImageLimits.ConversionMemoryBytesMax.ToString(CultureInfo.InvariantCulture),
        "--cpu=" + ((int)ImageLimits.ConversionTimeMax.TotalSeconds).ToString(CultureInfo.InvariantCulture),
        "--fsize=" + outputBytesMax.ToString(CultureInfo.InvariantCulture),
        "--core=0",
    ];

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new ImageStorageException("prlimit could not be started");
        }
        catch (Win32Exception e)
        {
            throw new ImageStorageException("prlimit (util-linux) could not be started: " + e.Message, e);
        }
    }

    private static async Task<string> ReadBoundedAsync(StreamReader reader, CancellationToken token)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        int count;
        // Reads on beyond the bound, so that the writer does not block.
        while ((count = await reader.ReadAsync(buffer, token)) > 0)
            if (text.Length < ImageLimits.ConversionTextMax)
                text.Append(buffer, 0, count);
        return text.ToString();
    }

    /// <summary>The complaint without the paths of this machine.</summary>
    private static string FirstLine(string errors, int exitCode)
    {
        var line = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault();
        if (line is null)
            return $"exit code {exitCode}";
        var words = line.Split(' ').Select(word => word.Contains('/', StringComparison.Ordinal) ? "(file)" : word);
        return string.Join(' ', words);
    }
}

/// <summary>The uploaded bytes are not an image that this service takes. The message is for the one who uploads.</summary>
internal sealed class ImageRefusedException(string reason, Exception? inner = null) : Exception("The image is refused: " + reason + ".", inner);

/// <summary>An image could not be taken for a reason on this side.</summary>
internal sealed class ImageStorageException(string message, Exception? inner = null) : Exception(message, inner);
