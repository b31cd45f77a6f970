using Lab.Emulators.Bmc.Machine;
using Lab.Emulators.Bmc.Profiles;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Machine;

public sealed class CommandMachineTests
{
    private const string Script = """
        #!/bin/sh
        cd "$(dirname "$0")"
        echo "$1 $2 $BOOT_TARGET" >> calls
        case "$1" in
          on) echo on > power ;;
          off) echo off > power ;;
          status) cat power 2>/dev/null || echo off ;;
          nmi) echo "no such button" >&2; exit 7 ;;
        esac
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Program_IsCalledWithVerbNameAndTarget()
    {
        using var directory = new TestDirectory();
        var machine = Create(directory);
        Assert.Equal(MachinePower.Off, await machine.ReadPowerAsync(Token));
        await machine.StartAsync(MachineStart.Plain with { Target = BootTarget.Pxe }, Token);
        Assert.Equal(MachinePower.On, await machine.ReadPowerAsync(Token));
        await machine.ForceOffAsync(Token);
        Assert.Equal(
            ["status m None", "on m Pxe", "status m None", "off m None"], await File.ReadAllLinesAsync(directory["calls"], Token));
    }

    [Fact]
    public async Task Program_Fails_SaysWhy()
    {
        using var directory = new TestDirectory();
        var error = await Assert.ThrowsAsync<MachineException>(() => Create(directory).InjectNmiAsync(Token));
        Assert.Contains("ended with 7: no such button", error.Message, StringComparison.Ordinal);
        var absent = new CommandMachine(directory["absent"], "m", ProfileCatalog.Load(ProfileCatalog.Generic), TimeProvider.System);
        Assert.Contains("cannot be run", (await Assert.ThrowsAsync<MachineException>(() => absent.ForceOffAsync(Token))).Message, StringComparison.Ordinal);
    }

    private static CommandMachine Create(TestDirectory directory)
    {
        File.WriteAllText(directory["switch"], Script);
        File.SetUnixFileMode(directory["switch"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new CommandMachine(directory["switch"], "m", ProfileCatalog.Load(ProfileCatalog.Generic), TimeProvider.System);
    }
}
