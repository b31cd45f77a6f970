using System.CommandLine;
using Lab.Emulators.Bmc;

namespace Lab.Cli.Commands;

/// <summary><c>lab emulate</c>: emulators on their own, for those who use nothing else of the lab.</summary>
internal static class EmulateCommand
{
    private const string Example = "lab emulate bmc --redfish 127.0.0.1:8443 --ipmi 127.0.0.1:6230 --host libvirt:bm0";

    public static Command Create() => new("emulate", $"Runs an emulator on its own until it is interrupted. Example: {Example}")
    {
        BmcCommand.CreateSubcommand(Example),
    };
}
