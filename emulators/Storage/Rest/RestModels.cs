using System.Text.Json;
using System.Text.Json.Serialization;
using Lab.Emulators.Storage.Faults;
using Lab.Emulators.Storage.Store;

namespace Lab.Emulators.Storage.Rest;

/// <summary>Bodies of the management's requests and answers; sizes are in bytes.</summary>
internal sealed record VolumeRequest(Guid Id, string? Pool = null, long? SizeBytes = null, Guid? SnapshotId = null);

internal sealed record ResizeRequest(long SizeBytes);

internal sealed record SnapshotRequest(Guid Id, Guid VolumeId);

/// <param name="Limits">Of the volume, which keeps them when the export goes.</param>
internal sealed record ExportRequest(string Id, Guid VolumeId, string[]? Clients = null, bool ReadOnly = false, HostRequest[]? Hosts = null,
    VolumeLimits? Limits = null);

/// <param name="Secret">DH-HMAC-CHAP secret, DHHC-1:...; without it the host is let in by its name alone.</param>
/// <param name="ControllerSecret">By which the target authenticates itself, if the host asks it to.</param>
internal sealed record HostRequest(string Nqn, string? Secret = null, string? ControllerSecret = null);

internal sealed record PoolResource(
    string Name, long SizeBytes, long UsedBytes, long FreeBytes, long ProvisionedBytes, int Volumes, int Snapshots);

/// <param name="Status">"available", or "error" with <paramref name="Error"/> saying why.</param>
internal sealed record VolumeResource(
    Guid Id, string Pool, long SizeBytes, Guid? SnapshotId, long UsedBytes, string Status, string? Error, DateTimeOffset CreatedAt, VolumeLimits? Limits);

internal sealed record SnapshotResource(Guid Id, Guid VolumeId, long SizeBytes, DateTimeOffset CreatedAt);

/// <param name="Url">Of NBD; null without that front.</param>
/// <param name="Hosts">NQNs.</param>
/// <param name="Nvme">Null without that front.</param>
internal sealed record ExportResource(
    string Id, Guid VolumeId, IReadOnlyList<string> Clients, bool ReadOnly, string? Url, IReadOnlyList<string> Hosts, NvmeResource? Nvme, int Connections);

internal sealed record NvmeResource(string Address, int Port, string Subnqn, uint Nsid);

/// <param name="State">optimized, non_optimized or inaccessible.</param>
internal sealed record NvmePortResource(ushort Id, string Address, int Port, string State);

internal sealed record NvmePortList(IReadOnlyList<NvmePortResource> Ports);

internal sealed record NvmePortRequest(string State);

internal sealed record PoolList(IReadOnlyList<PoolResource> Pools);

internal sealed record VolumeList(IReadOnlyList<VolumeResource> Volumes);

internal sealed record SnapshotList(IReadOnlyList<SnapshotResource> Snapshots);

internal sealed record ExportList(IReadOnlyList<ExportResource> Exports);

/// <param name="Count">How often it acted.</param>
/// <param name="PassedOver">PDUs that were not corrupted because no digest was agreed on that would tell; then <paramref name="Note"/> says so.</param>
internal sealed record FaultResource(string Id, FaultRule Rule, int Count, int PassedOver, string? Note);

internal sealed record FaultList(IReadOnlyList<FaultResource> Faults);

internal sealed record ErrorBody(ErrorDetail Error);

/// <param name="Code">A word for programs: invalid, not_found, conflict, no_space, damaged, io, not_supported, too_large.</param>
internal sealed record ErrorDetail(string Code, string Message);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(VolumeRequest))]
[JsonSerializable(typeof(ResizeRequest))]
[JsonSerializable(typeof(SnapshotRequest))]
[JsonSerializable(typeof(ExportRequest))]
[JsonSerializable(typeof(VolumeLimits))]
[JsonSerializable(typeof(PoolList))]
[JsonSerializable(typeof(VolumeList))]
[JsonSerializable(typeof(SnapshotList))]
[JsonSerializable(typeof(ExportList))]
[JsonSerializable(typeof(NvmePortList))]
[JsonSerializable(typeof(NvmePortRequest))]
[JsonSerializable(typeof(FaultRule))]
[JsonSerializable(typeof(FaultRule[]))]
[JsonSerializable(typeof(FaultList))]
[JsonSerializable(typeof(ErrorBody))]
internal sealed partial class RestJson : JsonSerializerContext
{
    /// <summary>Makes options strict: a misspelt, missing or null field is refused, not passed over.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.PropertyNameCaseInsensitive = false;
        options.TypeInfoResolverChain.Insert(0, Default);
    }
}
