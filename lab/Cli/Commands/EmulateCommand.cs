using System.CommandLine;
using Lab.Emulators.Bmc;
using Lab.Emulators.Storage.Commands;

namespace Lab.Cli.Commands;

/// <summary><c>lab emulate</c>: emulators on their own, for those who use nothing else of the lab.</summary>
internal static class EmulateCommand
{
    private const string BmcExample = "lab emulate bmc --redfish 127.0.0.1:8443 --ipmi 127.0.0.1:6230 --host libvirt:bm0";

    private const string StorageExample = "lab emulate storage --pool DIR --volume v0:1GiB --nvme-tcp 127.0.0.1:4420 --nbd 127.0.0.1:10809";

    public static Command Create() => new("emulate", $"Runs an emulator on its own until it is interrupted. Example: {BmcExample}")
    {
        BmcCommand.CreateSubcommand(BmcExample),
        EmulateStorageCommand.CreateSubcommand(StorageExample),
    };
}
