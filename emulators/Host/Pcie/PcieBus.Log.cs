using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Host.Pcie;

public sealed partial class PcieBus
{
    [LoggerMessage(Level = LogLevel.Information, Message = "domain {Name} is defined with {Functions} functions")]
    private partial void LogDefined(string name, int functions);

    [LoggerMessage(Level = LogLevel.Information, Message = "plugged {Id} into slot {Slot} ({Mechanism})")]
    private partial void LogPlugged(string id, int slot, string mechanism);

    [LoggerMessage(Level = LogLevel.Information, Message = "unplugged {Id} ({Mechanism})")]
    private partial void LogUnplugged(string id, string mechanism);
}
