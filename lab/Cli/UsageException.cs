namespace Lab.Cli;

/// <summary>What was asked for cannot be: printed as it is, exit code <see cref="ExitCodes.Usage"/>.</summary>
public sealed class UsageException(string message) : Exception(message);
