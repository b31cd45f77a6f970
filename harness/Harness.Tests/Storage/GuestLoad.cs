using Lab.Harness.Processes;

namespace Lab.Harness.Tests.Storage;

/// <summary>fio in the guest, which writes for some seconds and then verifies, while things happen. One at a time.</summary>
internal sealed class GuestLoad(LinuxNvmeHost host)
{
    private const int Rate = 500;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    /// <summary>Starts it on the first bytes of a volume; done when its writes reach the volume.</summary>
    public static async Task<GuestLoad> StartAsync(LinuxNvmeHost host, string device, Guid volume, int seconds)
    {
        await host.RunAsync(
            $"rm -f /tmp/load.code; (fio --name=load --filename=/dev/{device} --allow_file_create=0 --rw=randwrite --bs=4k --size={seconds * Rate * 4}k "
            + $"--rate_iops={Rate} --direct=1 --ioengine=libaio --iodepth=16 --verify=crc32c --verify_fatal=1 >/tmp/load.log 2>&1; "
            + "echo $? >/tmp/load.code) &");
        await Wait.UntilAsync(
            "the load's first write", StartLimit,
            async _ => (await host.GetAsync($"volumes/{volume}")).GetProperty("used_bytes").GetInt64() > 0, TestContext.Current.CancellationToken);
        return new GuestLoad(host);
    }

    /// <summary>Holds that what has happened, happened while it went on.</summary>
    public Task<string> GoesOnAsync() => host.RunAsync("[ ! -e /tmp/load.code ] || { cat /tmp/load.log; false; }");

    /// <summary>Waits for its end; true when everything that it wrote was written and read back.</summary>
    public async Task<bool> SucceedsAsync()
    {
        await host.RunAsync("for i in $(seq 500); do [ -s /tmp/load.code ] && break; sleep 0.1; done; [ -s /tmp/load.code ] || { cat /tmp/load.log; false; }");
        return await host.RunAsync("cat /tmp/load.code") == "0";
    }

    /// <summary>Holds that it was done without an error.</summary>
    public async Task SucceedAsync() =>
        Assert.True(await SucceedsAsync(), await host.RunAsync("tail -n 20 /tmp/load.log; dmesg | grep -i nvme | tail -n 20"));
}
