using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.Store;

/// <summary>Exports: which volume is shown under which name to whom.</summary>
public sealed partial class VolumeStore
{
    public IReadOnlyList<ExportRecord> ListExports() => [.. records.Exports.Values.OrderBy(export => export.Id, StringComparer.Ordinal)];

    public ExportRecord GetExport(string id) => Find(records.Exports, id, "export");

    public bool HasExport(string id) => records.Exports.ContainsKey(id);

    /// <summary>Shows a volume under a name; no client but those listed sees it.</summary>
    /// <param name="limits">Of the volume from now on; null leaves them as they are.</param>
    public (ExportRecord Export, bool Created) CreateExport(
        string id, Guid volumeId, IReadOnlyList<string> clients, bool readOnly, IReadOnlyList<AllowedHost>? hosts = null, VolumeLimits? limits = null)
    {
        limits?.Check();
        CheckHosts(hosts ?? []);
        if (id.Length > StoreLimits.ExportNameMax || !ExportName().IsMatch(id))
            throw new StoreException(
                StoreError.Invalid, $"an export's id has 1 to {StoreLimits.ExportNameMax} letters, digits, dots, dashes or underscores");
        if (clients.Count > StoreLimits.ExportClientsMax)
            throw new StoreException(StoreError.Invalid, $"an export has at most {StoreLimits.ExportClientsMax} clients");
        foreach (var client in clients)
            if (!IPAddress.TryParse(client, out var address) || address.ToString() != client)
                throw new StoreException(StoreError.Invalid, $"\"{client}\" is not an IP address in its usual form");
        ExportRecord? known;
        lock (changing)
        {
            if (records.Exports.TryGetValue(id, out known))
                return known.VolumeId == volumeId && known.ReadOnly == readOnly && known.Clients.ToHashSet().SetEquals(clients)
                    && known.AllowedHosts.ToHashSet().SetEquals(hosts ?? [])
                    && (limits is null || LimitsOf(records.Volumes[volumeId]) == limits)
                    ? (known, false)
                    : throw new StoreException(StoreError.Conflict, $"export {id} is there with other parameters");
            Bounded(records.Exports, StoreLimits.ExportsMax, "exports");
            Find(records.Volumes, volumeId, "volume");
            CheckShared(volumeId);
            OpenVolume(volumeId);
            var export = new ExportRecord(id, volumeId, [.. clients.Distinct()], readOnly, hosts is { Count: > 0 } ? [.. hosts] : null);
            if (limits is not null)
                ChangeLimits(volumeId, limits);
            Commit(records with { Exports = records.Exports.Add(id, export) });
            known = export;
        }
        ExportsChanged?.Invoke();
        return (known, true);
    }

    /// <summary>Takes the export away from new clients; those connected hold their <see cref="VolumeUse"/> until they end.</summary>
    public void DeleteExport(string id)
    {
        lock (changing)
        {
            Find(records.Exports, id, "export");
            Commit(records with { Exports = records.Exports.Remove(id) });
        }
        ExportsChanged?.Invoke();
    }

    /// <summary>The exports that a client may see.</summary>
    public ImmutableArray<ExportRecord> ExportsFor(IPAddress client)
    {
        var address = Plain(client).ToString();
        return [.. records.Exports.Values.Where(export => export.Clients.Contains(address)).OrderBy(export => export.Id, StringComparer.Ordinal)];
    }

    /// <summary>The exports that an NVMe host may see, each with the host's own entry.</summary>
    public IReadOnlyList<(ExportRecord Export, AllowedHost Host)> ExportsFor(string nqn) =>
    [
        .. ListExports().SelectMany(export => export.AllowedHosts.Where(host => host.Nqn == nqn || host.Nqn == AllowedHost.AnyNqn).Take(1)
            .Select(host => (export, host))),
    ];

    /// <summary>The volume of an export in use until the caller disposes it; null if there is no such export.</summary>
    /// <exception cref="StoreException">The volume is damaged.</exception>
    internal VolumeUse? Use(string exportId, IVolumeGuard guard)
    {
        lock (changing)
            return records.Exports.TryGetValue(exportId, out var export) ? new VolumeUse(this, OpenVolume(export.VolumeId), guard: guard) : null;
    }

    /// <summary>An export that the client may see, with its volume in use until the caller disposes it; null if there is none.</summary>
    /// <exception cref="StoreException">The volume is damaged.</exception>
    public (ExportRecord Export, VolumeUse Use)? Connect(string id, IPAddress client)
    {
        lock (changing)
        {
            if (!records.Exports.TryGetValue(id, out var export) || !export.Clients.Contains(Plain(client).ToString()))
                return null;
            return (export, new VolumeUse(this, OpenVolume(export.VolumeId)));
        }
    }

    /// <summary>The volume of an export, without taking it into use.</summary>
    public IBlockVolume VolumeOf(ExportRecord export)
    {
        lock (changing)
            return OpenVolume(export.VolumeId);
    }

    private static void CheckHosts(IReadOnlyList<AllowedHost> hosts)
    {
        if (hosts.Count > StoreLimits.ExportHostsMax)
            throw new StoreException(StoreError.Invalid, $"an export has at most {StoreLimits.ExportHostsMax} hosts");
        if (hosts.DistinctBy(host => host.Nqn).Count() != hosts.Count)
            throw new StoreException(StoreError.Invalid, "a host is listed twice");
        foreach (var host in hosts)
        {
            if (host.Nqn != AllowedHost.AnyNqn && (!host.Nqn.StartsWith("nqn.", StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(host.Nqn) > StoreLimits.NqnBytesMax))
                throw new StoreException(StoreError.Invalid, $"\"{host.Nqn}\" is no NQN");
            if (host is { Secret: null, ControllerSecret: not null })
                throw new StoreException(StoreError.Invalid, $"{host.Nqn} has a controller's secret and none of its own");
            try
            {
                foreach (var secret in new[] { host.Secret, host.ControllerSecret }.OfType<string>())
                    DhchapSecret.Parse(secret);
            }
            catch (FormatException wrong)
            {
                throw new StoreException(StoreError.Invalid, $"the secret of {host.Nqn}: {wrong.Message}", wrong);
            }
        }
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    [GeneratedRegex(@"\A[A-Za-z0-9._-]+\z")]
    private static partial Regex ExportName();
}
