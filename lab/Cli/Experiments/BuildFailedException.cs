using Lab.Harness;

namespace Lab.Cli.Experiments;

/// <summary>A revision does not build; the message ends with the last lines of the build.</summary>
public sealed class BuildFailedException(string message) : LabException(message);
