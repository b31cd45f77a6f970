using System.Net;
using Lab.Emulators.Storage.NvmeTcp;
using Lab.Emulators.Storage.Store;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Storage.Tests.Support;

/// <summary>One storage target for a class of tests; tests use volumes of their own.</summary>
public sealed class TargetFixture : IAsyncLifetime
{
    private readonly TempDirectory directory = new();
    private StorageTarget? target;

    internal string PoolDirectory => directory.File("pool");

    internal Management Management { get; private set; } = null!;

    internal IPEndPoint Nvme => target!.NvmeEndPoints[0];

    internal IPEndPoint Nbd => target!.NbdEndPoint!;

    public async ValueTask InitializeAsync()
    {
        target = await StorageTarget.StartAsync(
            new StorageTargetOptions
            {
                Pool = new PoolOptions(PoolDirectory, null),
                Rest = new IPEndPoint(IPAddress.Loopback, 0),
                Nbd = new IPEndPoint(IPAddress.Loopback, 0),
                Nvme = new NvmeTargetOptions { Listen = [new IPEndPoint(IPAddress.Loopback, 0)] },
            },
            TimeProvider.System, LogLevel.Error, CancellationToken.None);
        Management = Management.At(target.RestEndPoint);
    }

    public async ValueTask DisposeAsync()
    {
        Management.Http.Dispose();
        await target!.DisposeAsync();
        directory.Dispose();
    }
}
