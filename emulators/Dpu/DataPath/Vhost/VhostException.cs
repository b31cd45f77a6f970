namespace Lab.Emulators.Dpu.DataPath.Vhost;

/// <summary>The front end, or the driver behind it, broke the protocol.</summary>
internal sealed class VhostException(string message, Exception? inner = null) : Exception(message, inner);
