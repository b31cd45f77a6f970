namespace Lab.Emulators.Dpu.Representors;

/// <summary>The card's side of NIC functions: network devices that its switch takes as ports.</summary>
public interface IRepresentors
{
    /// <summary>Makes the device, up, with <paramref name="mtu"/> bytes, if it is not there.</summary>
    /// <exception cref="DpuException">It cannot be made.</exception>
    Task EnsureAsync(string name, uint mtu, CancellationToken token);

    /// <exception cref="DpuException">The host still holds it, or the kernel refused.</exception>
    Task RemoveAsync(string name, CancellationToken token);

    /// <returns>The devices of this card that are there.</returns>
    IReadOnlyList<string> List();
}
