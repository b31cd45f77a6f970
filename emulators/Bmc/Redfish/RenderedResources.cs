using System.Collections.Concurrent;
using Lab.Emulators.Bmc.Device;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>The bytes of stable resources, good for as long as the device state is the same value. What is polled a lot costs little.</summary>
internal sealed class RenderedResources
{
    /// <summary>A thousand machines share a process, so each keeps what is hot alone.</summary>
    private const int KeptMax = 16;
    private readonly ConcurrentDictionary<string, Kept> kept = new();

    internal async ValueTask<RenderedResource> GetAsync(string path, DeviceState state, Func<Task<RenderedResource>> render)
    {
        if (kept.TryGetValue(path, out var known) && ReferenceEquals(known.State, state))
            return known.Rendered;
        var rendered = await render();
        if (kept.Count >= KeptMax)
            kept.Clear();
        kept[path] = new Kept(state, rendered);
        return rendered;
    }

    internal void Clear() => kept.Clear();

    private sealed record Kept(DeviceState State, RenderedResource Rendered);
}
