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

    [LoggerMessage(Level = LogLevel.Information, Message = "plugging {Id} into the host as it was left failed ({Reason}); reading the domain")]
    private partial void LogWrongGuess(string id, string reason);
}
