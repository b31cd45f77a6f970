namespace Lab.Manager.Configuration;

/// <summary>The manager cannot start or go on as configured: exit code 3 with this message and nothing else.</summary>
internal sealed class ManagerException(string message, Exception? inner = null) : Exception(message, inner);
