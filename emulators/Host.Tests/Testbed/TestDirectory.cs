namespace Lab.Emulators.Host.Tests.Testbed;

/// <summary>A directory with a path short enough for Unix sockets, gone at the end.</summary>
public sealed class TestDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("hostbmc-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
