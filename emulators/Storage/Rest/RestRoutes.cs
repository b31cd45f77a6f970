using Lab.Emulators.Storage.Exports;
using Lab.Emulators.Storage.Faults;
using Lab.Emulators.Storage.NvmeTcp;
using Lab.Emulators.Storage.Store;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.Rest;

/// <summary>The management: pools, volumes, snapshots, exports and faults under /v1.</summary>
internal static class RestRoutes
{
    private static readonly Dictionary<AnaState, string> States = new()
    {
        [AnaState.Optimized] = "optimized",
        [AnaState.NonOptimized] = "non_optimized",
        [AnaState.Inaccessible] = "inaccessible",
    };

    public static void MapManagement(this IEndpointRouteBuilder app, Func<string?> advertisedNbd)
    {
        var root = app.MapGroup("/v1");
        root.MapPools();
        root.MapVolumes();
        root.MapSnapshots();
        root.MapExports(advertisedNbd);
        root.MapNvmePorts();
        root.MapFaults();
    }

    private static void MapPools(this RouteGroupBuilder root) => root.MapGet("/pools", (VolumeStore store) =>
    {
        var usage = store.Usage;
        var pool = new PoolResource(
            VolumeStore.PoolName, usage.SizeBytes, usage.UsedBytes, Math.Max(0, usage.SizeBytes - usage.UsedBytes),
            usage.ProvisionedBytes, usage.Volumes, usage.Snapshots);
        return Results.Ok(new PoolList([pool]));
    });

    private static void MapVolumes(this RouteGroupBuilder root)
    {
        root.MapGet("/volumes", (VolumeStore store) => Results.Ok(new VolumeList([.. store.ListVolumes().Select(Resource)])));
        root.MapGet("/volumes/{id:guid}", (Guid id, VolumeStore store) => Results.Ok(Resource(store.GetVolume(id))));
        root.MapGet("/volumes/{id:guid}/times", (Guid id, VolumeStore store, NvmeSubsystems nvme) =>
            Results.Ok(nvme.TimesOf(store.GetVolume(id).Record.Id).ToJson()));
        root.MapPost("/volumes", (VolumeRequest body, VolumeStore store) =>
        {
            CheckId(body.Id);
            if (body.Pool is { } pool && pool != VolumeStore.PoolName)
                throw new StoreException(StoreError.Invalid, $"there is no pool \"{pool}\", only \"{VolumeStore.PoolName}\"");
            var (volume, created) = store.CreateVolume(body.Id, body.SizeBytes, body.SnapshotId);
            return Answer(created, $"/v1/volumes/{body.Id}", Resource(volume));
        });
        root.MapPost("/volumes/{id:guid}/resize", (Guid id, ResizeRequest body, VolumeStore store) =>
            Results.Ok(Resource(store.ResizeVolume(id, body.SizeBytes))));
        root.MapPut("/volumes/{id:guid}/limits", (Guid id, VolumeLimits body, VolumeStore store) => Results.Ok(Resource(store.SetLimits(id, body))));
        root.MapPut("/volumes/{id:guid}/content", async (Guid id, HttpRequest request, VolumeStore store, CancellationToken token) =>
        {
            await VolumeContent.ReplaceAsync(store, id, request, token);
            return Results.Ok(Resource(store.GetVolume(id)));
        });
        root.MapDelete("/volumes/{id:guid}", (Guid id, VolumeStore store) =>
        {
            store.DeleteVolume(id);
            return Results.NoContent();
        });
    }

    private static void MapSnapshots(this RouteGroupBuilder root)
    {
        root.MapGet("/snapshots", (VolumeStore store) => Results.Ok(new SnapshotList([.. store.ListSnapshots().Select(Resource)])));
        root.MapGet("/snapshots/{id:guid}", (Guid id, VolumeStore store) => Results.Ok(Resource(store.GetSnapshot(id))));
        root.MapPost("/snapshots", (SnapshotRequest body, VolumeStore store) =>
        {
            CheckId(body.Id);
            var (snapshot, created) = store.CreateSnapshot(body.Id, body.VolumeId);
            return Answer(created, $"/v1/snapshots/{body.Id}", Resource(snapshot));
        });
        root.MapDelete("/snapshots/{id:guid}", (Guid id, VolumeStore store) =>
        {
            store.DeleteSnapshot(id);
            return Results.NoContent();
        });
    }

    private static void MapExports(this RouteGroupBuilder root, Func<string?> advertisedNbd)
    {
        ExportResource Show(ExportRecord export, ExportSessions sessions, NvmeSubsystems nvme) => Resource(export, sessions, nvme, advertisedNbd());
        root.MapGet("/exports", (VolumeStore store, ExportSessions sessions, NvmeSubsystems nvme) =>
            Results.Ok(new ExportList([.. store.ListExports().Select(export => Show(export, sessions, nvme))])));
        root.MapGet("/exports/{id}", (string id, VolumeStore store, ExportSessions sessions, NvmeSubsystems nvme) =>
            Results.Ok(Show(store.GetExport(id), sessions, nvme)));
        root.MapPost("/exports", (ExportRequest body, VolumeStore store, ExportSessions sessions, NvmeSubsystems nvme) =>
        {
            if (body.Clients is null && body.Hosts is null)
                throw new StoreException(StoreError.Invalid, "an export is for clients (NBD), hosts (NVMe/TCP) or both");
            AllowedHost[] hosts = [.. (body.Hosts ?? []).Select(host => new AllowedHost(host.Nqn, host.Secret, host.ControllerSecret))];
            var (export, created) = store.CreateExport(body.Id, body.VolumeId, body.Clients ?? [], body.ReadOnly, hosts, body.Limits);
            return Answer(created, $"/v1/exports/{body.Id}", Show(export, sessions, nvme));
        });
        root.MapDelete("/exports/{id}", async (string id, VolumeStore store, ExportSessions sessions, NvmeSubsystems nvme) =>
        {
            store.DeleteExport(id);
            await nvme.RemoveNamespaceAsync(id);
            // Not cancelled with the request: whoever asks next must find the connections ended.
            await sessions.EndAsync(id);
            return Results.NoContent();
        });
    }

    private static void MapNvmePorts(this RouteGroupBuilder root)
    {
        root.MapGet("/nvme/ports", (NvmeSubsystems nvme) => Results.Ok(new NvmePortList([.. nvme.Ports.Select(Resource)])));
        root.MapPost("/nvme/ports/{id:int}/state", (int id, NvmePortRequest body, NvmeSubsystems nvme) =>
        {
            nvme.SetState((ushort)id, States.FirstOrDefault(state => state.Value == body.State).Key is var state && state != default
                ? state
                : throw new StoreException(StoreError.Invalid, $"a port is {string.Join(", ", States.Values)}, not \"{body.State}\""));
            return Results.Ok(Resource(nvme.Ports.First(port => port.Id == id)));
        });
    }

    private static void MapFaults(this RouteGroupBuilder root)
    {
        static FaultResource Resource(ActiveFault fault) => new(
            fault.Id, fault.Rule, fault.Count, fault.PassedOver,
            fault.PassedOver == 0 ? null : "no digest was agreed on that would find it: those PDUs were left as they are");
        root.MapGet("/faults", (FaultSet faults) => Results.Ok(new FaultList([.. faults.Active.Select(Resource)])));
        root.MapPost("/faults", (FaultRule body, FaultSet faults) =>
        {
            var fault = faults.Add(body);
            return Results.Created($"/v1/faults/{fault.Id}", Resource(fault));
        });
        root.MapDelete("/faults", (FaultSet faults) =>
        {
            faults.Clear();
            return Results.NoContent();
        });
        root.MapDelete("/faults/{id}", (string id, FaultSet faults) =>
        {
            faults.Remove(id);
            return Results.NoContent();
        });
    }

    private static IResult Answer<T>(bool created, string path, T resource) =>
        created ? Results.Created(path, resource) : Results.Ok(resource);

    private static void CheckId(Guid id)
    {
        if (id == Guid.Empty)
            throw new StoreException(StoreError.Invalid, "an id is a guid other than zero");
    }

    private static VolumeResource Resource(VolumeView volume) => new(
        volume.Record.Id, VolumeStore.PoolName, volume.Record.SizeBytes, volume.Record.SnapshotId, volume.UsedBytes,
        volume.Damage is null ? "available" : "error", volume.Damage, volume.Record.CreatedAt, volume.Record.Limits);

    private static SnapshotResource Resource(SnapshotRecord snapshot) =>
        new(snapshot.Id, snapshot.VolumeId, snapshot.SizeBytes, snapshot.CreatedAt);

    private static NvmePortResource Resource(NvmePort port) =>
        new(port.Id, port.Address.Address.ToString(), port.Address.Port, States[port.State]);

    private static ExportResource Resource(ExportRecord export, ExportSessions sessions, NvmeSubsystems nvme, string? advertisedNbd) => new(
        export.Id, export.VolumeId, export.Clients, export.ReadOnly, advertisedNbd is null ? null : $"nbd://{advertisedNbd}/{export.Id}",
        [.. export.AllowedHosts.Select(host => host.Nqn)],
        nvme.Ports.Count == 0
            ? null
            : new NvmeResource(nvme.Ports[0].Address.Address.ToString(), nvme.Ports[0].Address.Port, NvmeSubsystems.NqnOf(export.Id), AdminCommands.NamespaceId),
        sessions.Count(export.Id));
}
