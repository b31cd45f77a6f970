using System.Collections.Concurrent;
using Lab.Emulators.Dpu.Representors;

namespace Lab.Emulators.Dpu.Tests.Card;

internal sealed class FakeRepresentors : IRepresentors
{
    public ConcurrentDictionary<string, uint> Devices { get; } = new();

    public Task EnsureAsync(string name, uint mtu, CancellationToken token)
    {
        Devices[name] = mtu;
        return Task.CompletedTask;
    }

    public Task RemoveAsync(string name, CancellationToken token)
    {
        Devices.TryRemove(name, out _);
        return Task.CompletedTask;
    }

    public IReadOnlyList<string> List() => [.. Devices.Keys];
}
