using System.Diagnostics;

namespace Lab.Manager.Tests.Images;

/// <summary>Images as QEMU's own tool writes them.</summary>
internal sealed class QemuImage : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("qemu-image-").FullName;

    /// <summary>Runs <c>qemu-img create</c> in a directory of its own and returns the file.</summary>
    public byte[] Create(params string[] arguments) => File.ReadAllBytes(Run(["create", "-q", .. arguments], arguments[^2]));

    /// <summary>A compressed qcow2 of these bytes.</summary>
    public byte[] Qcow2Of(byte[] raw)
    {
        File.WriteAllBytes(Path.Combine(directory, "raw.img"), raw);
        return File.ReadAllBytes(Run(["convert", "-c", "-f", "raw", "-O", "qcow2", "raw.img", "converted.qcow2"], "converted.qcow2"));
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private string Run(string[] arguments, string output)
    {
        var start = new ProcessStartInfo("qemu-img", arguments) { WorkingDirectory = directory, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
        return Path.Combine(directory, output);
    }
}
