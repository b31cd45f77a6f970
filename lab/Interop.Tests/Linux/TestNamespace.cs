using System.Diagnostics;
using Lab.Interop.Linux;

namespace Lab.Interop.Tests.Linux;

/// <summary>A network namespace of a name of its own, made by ip(8), with loopback up; removed at the end.</summary>
internal sealed class TestNamespace : IDisposable
{
    private readonly string name = $"lab-test-{Guid.NewGuid():n}"[..20];

    public TestNamespace()
    {
        Ip("netns", "add", name);
        Ip("-n", name, "link", "set", "lo", "up");
        Namespace = NetworkNamespace.Open(Path);
    }

    public string Path => $"/run/netns/{name}";

    public NetworkNamespace Namespace { get; }

    public void Dispose()
    {
        Namespace.Dispose();
        Ip("netns", "delete", name);
    }

    private static void Ip(params string[] arguments)
    {
        using var process = Process.Start("ip", arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
