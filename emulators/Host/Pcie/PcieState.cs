using System.Xml.Linq;
using Lab.Interop.Libvirt;

namespace Lab.Emulators.Host.Pcie;

/// <summary>Functions of a domain at one moment.</summary>
/// <param name="Live">What the running host has; empty while it is off.</param>
/// <param name="Config">What it has at the next power-on.</param>
/// <param name="RunId">Of this run of the host: another one after each power-on; null while it is off.</param>
/// <param name="TakesBootOrder">
/// False for a host that was switched on without a disk: libvirt gave it a boot order by kind, which none by device may join.
/// </param>
internal sealed record PcieState(
    string? RunId, IReadOnlyList<PlacedFunction> Live, IReadOnlyList<PlacedFunction> Config, bool TakesBootOrder)
{
    /// <summary>What libvirt knows of <see cref="Live"/>; the others were given to QEMU.</summary>
    private IReadOnlyList<PlacedFunction> InDomain { get; init; } = [];

    internal bool IsActive => RunId is not null;

    internal static PcieState Read(LibvirtDomain domain)
    {
        var config = FunctionXml.ReadAll(XElement.Parse(domain.GetXml(LibvirtXmlFlags.Inactive)));
        var live = XElement.Parse(domain.GetXml());
        // libvirt, "Domain XML format": id stands in the XML of an active domain alone.
        if (live.Attribute("id")?.Value is not { } run)
            return new PcieState(null, [], config, TakesBootOrder: true);
        var known = FunctionXml.ReadAll(live);
        return new PcieState(
            run, [.. known.Concat(PluggedDisks.Read(domain, known, config)).OrderBy(f => f.Slot)], config, live.Element("os")?.Element("boot") is null)
        {
            InDomain = known,
        };
    }

    /// <summary>Whether a function can be given to the running host and its definition in one call.</summary>
    internal bool TakesAtOnce => IsActive && TakesBootOrder;

    internal IEnumerable<PlacedFunction> All => Live.UnionBy(Config, f => f.Function.Id).OrderBy(f => f.Slot);

    internal PlacedFunction? Find(string id) => FindLive(id) ?? Config.FirstOrDefault(f => f.Function.Id == id);

    internal PlacedFunction? FindLive(string id) => Live.FirstOrDefault(f => f.Function.Id == id);

    internal bool IsInDomain(string id) => InDomain.Any(f => f.Function.Id == id);

    internal bool IsConfigured(string id) => Config.Any(f => f.Function.Id == id);

    internal PcieState With(PlacedFunction placed) => this with { Live = [.. Live, placed], Config = [.. Config, placed] };

    internal PcieState Without(string id) => this with
    {
        Live = [.. Live.Where(f => f.Function.Id != id)],
        Config = [.. Config.Where(f => f.Function.Id != id)],
    };

    internal int? LowestFreeSlot(int slots)
    {
        var taken = Live.Concat(Config).Select(f => f.Slot).ToHashSet();
        for (var slot = 0; slot < slots; slot++)
            if (!taken.Contains(slot))
                return slot;
        return null;
    }
}
