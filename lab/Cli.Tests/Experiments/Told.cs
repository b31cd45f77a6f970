namespace Lab.Cli.Tests.Experiments;

/// <summary>Progress that is kept, in the order it was told.</summary>
internal sealed class Told : IProgress<string>
{
    public List<string> Lines { get; } = [];

    public void Report(string value) => Lines.Add(value);
}
