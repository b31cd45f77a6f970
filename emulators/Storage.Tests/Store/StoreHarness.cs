using Lab.Emulators.Storage.Store;
using Lab.Emulators.Storage.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lab.Emulators.Storage.Tests.Store;

/// <summary>A pool in a directory of its own, that can be closed and opened again.</summary>
internal sealed class StoreHarness(long? poolBytes = null) : IDisposable
{
    private readonly TempDirectory directory = new();
    private VolumeStore? store;

    public VolumeStore Store => store ??= Open(Pool);

    public string Pool => directory.File("pool");

    public string Layers => Path.Combine(Pool, "layers");

    public void Close()
    {
        store?.Dispose();
        store = null;
    }

    public Guid NewVolume(long sizeBytes)
    {
        var id = Guid.NewGuid();
        Store.CreateVolume(id, sizeBytes, null);
        return id;
    }

    public Guid Snapshot(Guid volume)
    {
        var id = Guid.NewGuid();
        Store.CreateSnapshot(id, volume);
        return id;
    }

    public Guid Clone(Guid snapshot)
    {
        var id = Guid.NewGuid();
        Store.CreateVolume(id, null, snapshot);
        return id;
    }

    public async Task WriteAsync(Guid volume, long offset, byte[] bytes)
    {
        using var use = Store.UseAlone(volume);
        await use.Volume.WriteAsync(offset, bytes, durable: false, default);
    }

    public async Task FlushAsync(Guid volume)
    {
        using var use = Store.UseAlone(volume);
        await use.Volume.FlushAsync(default);
    }

    public async Task<byte[]> ReadAsync(Guid volume, long offset, int count)
    {
        using var use = Store.UseAlone(volume);
        var bytes = new byte[count];
        await use.Volume.ReadAsync(offset, bytes, default);
        return bytes;
    }

    /// <summary>A second pool with the files as they are now, which is what a kill at this moment leaves.</summary>
    /// <param name="machineCrashed">The machine was started anew, and not only the process.</param>
    public (VolumeStore Store, TempDirectory Directory) OpenCopy(bool machineCrashed = false)
    {
        var copy = new TempDirectory();
        var target = copy.File("pool");
        Directory.CreateDirectory(Path.Combine(target, "layers"));
        foreach (var file in Directory.EnumerateFiles(Pool, "*.json").Concat(Directory.EnumerateFiles(Layers)))
            File.Copy(file, Path.Combine(target, Path.GetRelativePath(Pool, file)));
        foreach (var journal in Directory.EnumerateFiles(Path.Combine(target, "layers"), "*.journal?").Where(_ => machineCrashed))
        {
            using var file = File.OpenWrite(journal);
            file.Write(System.Text.Encoding.ASCII.GetBytes(Guid.NewGuid().ToString()));
        }
        return (Open(target), copy);
    }

    public void OpenSame() => Open(Pool).Dispose();

    public static byte[] Filled(int count, byte value)
    {
        var bytes = new byte[count];
        bytes.AsSpan().Fill(value);
        return bytes;
    }

    public void Dispose()
    {
        Close();
        directory.Dispose();
    }

    private VolumeStore Open(string pool) =>
        VolumeStore.Open(new PoolOptions(pool, poolBytes), TimeProvider.System, NullLogger<VolumeStore>.Instance);
}
