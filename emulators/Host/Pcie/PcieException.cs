namespace Lab.Emulators.Host.Pcie;

/// <summary>A refused or failed operation of the PCIe service; nothing changed unless the message says so.</summary>
/// <param name="code">A negative errno, which is the JSON-RPC error code as SPDK does it.</param>
public class PcieException(int code, string message) : Exception(message)
{
    public const int IoError = -5;
    public const int Busy = -16;
    public const int Exists = -17;
    public const int NoDevice = -19;
    public const int InvalidArgument = -22;
    public const int NoSpace = -28;
    public const int TimedOut = -110;

    public int Code => code;
}
