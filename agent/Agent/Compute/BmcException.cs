namespace Lab.Agent.Compute;

/// <summary>The BMC refused, did not answer, or is not the one it should be.</summary>
public sealed class BmcException(string message, Exception? inner = null) : Exception(message, inner);
