using System.Text;

namespace Lab.Harness.Launch;

/// <summary>
/// What tells a testbed's process from others: a variable in its environment, or that it is a QEMU whose command line names the
/// testbed's directory (libvirt starts it with a clean environment).
/// </summary>
internal sealed class OwnerMark(string directory, params IEnumerable<string> variables)
{
    private readonly byte[] files = Encoding.UTF8.GetBytes(directory + "/");
    private readonly byte[][] marks = [.. variables.Select(variable => Encoding.UTF8.GetBytes(variable + "\0"))];

    /// <param name="process">Its directory in /proc.</param>
    /// <exception cref="IOException">It ended.</exception>
    public bool IsOn(string process)
    {
        var environment = File.ReadAllBytes(Path.Combine(process, "environ"));
        if (marks.Any(mark => environment.AsSpan().IndexOf(mark) >= 0))
            return true;
        var command = File.ReadAllBytes(Path.Combine(process, "cmdline")).AsSpan();
        return command.StartsWith("/usr/bin/qemu-system"u8) && command.IndexOf(files) >= 0;
    }
}
