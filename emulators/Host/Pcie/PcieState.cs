using Lab.Interop.Libvirt;

namespace Lab.Emulators.Host.Pcie;

/// <summary>Functions of a domain at one moment.</summary>
/// <param name="Live">What the running host has; empty while it is off.</param>
/// <param name="Config">What it has at the next power-on.</param>
internal sealed record PcieState(bool IsActive, IReadOnlyList<PlacedFunction> Live, IReadOnlyList<PlacedFunction> Config)
{
    internal static PcieState Read(LibvirtDomain domain)
    {
        var active = domain.IsActive;
        var config = FunctionXml.ReadAll(domain.GetXml(LibvirtXmlFlags.Inactive));
        return new PcieState(active, active ? FunctionXml.ReadAll(domain.GetXml()) : [], config);
    }

    internal IEnumerable<PlacedFunction> All => Live.UnionBy(Config, f => f.Function.Id).OrderBy(f => f.Slot);

    internal PlacedFunction? Find(string id) => FindLive(id) ?? Config.FirstOrDefault(f => f.Function.Id == id);

    internal PlacedFunction? FindLive(string id) => Live.FirstOrDefault(f => f.Function.Id == id);

    internal bool IsConfigured(string id) => Config.Any(f => f.Function.Id == id);

    internal int? LowestFreeSlot(int slots)
    {
        var taken = Live.Concat(Config).Select(f => f.Slot).ToHashSet();
        for (var slot = 0; slot < slots; slot++)
            if (!taken.Contains(slot))
                return slot;
        return null;
    }
}
