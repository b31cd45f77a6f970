namespace Lab.Emulators.Host.Tests.Testbed;

/// <summary>A vhost-user-blk back end: qemu-storage-daemon over one image file.</summary>
public sealed class BlockBackend : IAsyncDisposable
{
    private readonly RunningProcess process;

    private BlockBackend(RunningProcess process) => this.process = process;

    public static async Task<BlockBackend> StartAsync(string image, string socket, bool writable, CancellationToken token)
    {
        var mode = writable ? "off" : "on";
        var process = RunningProcess.Start([
            "qemu-storage-daemon",
            "--blockdev", $"driver=file,node-name=file0,filename={image},read-only={mode}",
            "--export", $"vhost-user-blk,id=export0,node-name=file0,addr.type=unix,addr.path={socket},num-queues=2{(writable ? ",writable=on" : "")}",
        ]);
        await Eventually.HoldsAsync("the back end's socket exists: " + socket, TimeSpan.FromSeconds(10), () => File.Exists(socket), token);
        return new BlockBackend(process);
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
