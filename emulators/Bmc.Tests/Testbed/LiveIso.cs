using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Testbed;

/// <summary>The guest of the disk with another mark on its command line, as an El Torito image for UEFI.</summary>
internal static class LiveIso
{
    private const string Mark = "started-from=cd";

    // A load size of one sector stands for "all of it".
    private const string Script = $$"""
        set -eu
        cd "$2"; mkdir tree; cp "$1" tree/efi.img
        printf 'title cd\nlinux /linux\ninitrd /initrd\noptions console=ttyS0 quiet panic=-1 {{Mark}}\n' > entry
        mcopy -o -i tree/efi.img entry ::/loader/entries/test.conf
        genisoimage -quiet -V LIVE -e efi.img -no-emul-boot -boot-load-size 1 -o live.iso tree
        """;

    /// <summary>Makes <c>live.iso</c> in the directory.</summary>
    public static async Task MakeAsync(TestDirectory directory, CancellationToken token) =>
        await RunningProcess.RunAsync(["sh", "-c", Script, "sh", await GuestImage.GetAsync(token), directory.Path], token);

    /// <summary>The guest that runs was started from it.</summary>
    public static async Task<bool> IsRunningAsync(BmcTestbed bed, CancellationToken token)
    {
        await using var console = await ConsoleClient.ConnectAsync(bed, null, token);
        return (await console.ShellAsync("cat /proc/cmdline", token)).Contains(Mark, StringComparison.Ordinal);
    }
}
