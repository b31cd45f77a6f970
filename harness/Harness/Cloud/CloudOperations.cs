using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Harness.Processes;

namespace Lab.Harness.Cloud;

/// <summary>The verbs scenarios use, on top of <see cref="CloudClient"/>: each waits for the state that ends its operation.</summary>
public static class CloudOperations
{
    private static readonly TimeSpan ServerLimit = TimeSpan.FromMinutes(2);

    /// <summary>Short, since clones are timed by it.</summary>
    private static readonly TimeSpan CreationPoll = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan VolumeLimit = TimeSpan.FromSeconds(60);

    /// <summary>A one-time token with which a DPU may enrol.</summary>
    public static async Task<string> CreateEnrolmentTokenAsync(this CloudClient admin, CancellationToken token) =>
        (await admin.PostAsync("enrolment", "enrolment-tokens", new JsonObject(), token)).GetProperty("enrolment_token").GetProperty("token").GetString()!;

    public static async Task<string> CreateImageAsync(this CloudClient cloud, string name, string file, bool isPublic, CancellationToken token)
    {
        var image = await cloud.PostAsync("image", "images", new JsonObject
        {
            ["name"] = name,
            ["disk_format"] = "raw",
            ["container_format"] = "bare",
            ["visibility"] = isPublic ? "public" : "private",
        }, token);
        var id = Id(image);
        await using (var content = File.OpenRead(file))
            await cloud.UploadAsync("image", $"images/{id}/file", content, token);
        await Wait.UntilAsync(
            $"image {name}", VolumeLimit, async t => Status(await cloud.GetAsync("image", $"images/{id}", t)) == "active", token);
        return id;
    }

    public static async Task<string> CreateFlavorAsync(this CloudClient cloud, string name, int vcpus, int memoryMiB, int diskGiB, CancellationToken token) =>
        Id((await cloud.PostAsync("compute", "flavors", new JsonObject
        {
            ["flavor"] = new JsonObject { ["name"] = name, ["vcpus"] = vcpus, ["ram"] = memoryMiB, ["disk"] = diskGiB },
        }, token)).GetProperty("flavor"));

    public static async Task<CloudNetwork> CreateNetworkAsync(this CloudClient cloud, string name, string cidr, CancellationToken token)
    {
        var network = Id((await cloud.PostAsync("network", "networks", new JsonObject
        {
            ["network"] = new JsonObject { ["name"] = name, ["admin_state_up"] = true },
        }, token)).GetProperty("network"));
        var subnet = Id((await cloud.PostAsync("network", "subnets", new JsonObject
        {
            ["subnet"] = new JsonObject { ["name"] = name, ["network_id"] = network, ["cidr"] = cidr, ["ip_version"] = 4 },
        }, token)).GetProperty("subnet"));
        return new CloudNetwork(network, subnet);
    }

    /// <param name="address">A fixed IPv4 address of the subnet; null lets the cloud choose.</param>
    public static async Task<CloudPort> CreatePortAsync(
        this CloudClient cloud, string name, CloudNetwork network, string? address, CancellationToken token)
    {
        var body = new JsonObject { ["name"] = name, ["network_id"] = network.Id, ["admin_state_up"] = true };
        if (address is not null)
            body["fixed_ips"] = new JsonArray(new JsonObject { ["subnet_id"] = network.SubnetId, ["ip_address"] = address });
        var port = (await cloud.PostAsync("network", "ports", new JsonObject { ["port"] = body }, token)).GetProperty("port");
        return new CloudPort(
            Id(port),
            port.GetProperty("mac_address").GetString()!,
            port.GetProperty("fixed_ips")[0].GetProperty("ip_address").GetString()!);
    }

    /// <summary>Asks for a server and answers its id at once; the boot goes on.</summary>
    public static async Task<string> CreateServerAsync(
        this CloudClient cloud, string name, string image, string flavor, IEnumerable<string> ports, CancellationToken token)
    {
        var server = await cloud.PostAsync("compute", "servers", new JsonObject
        {
            ["server"] = new JsonObject
            {
                ["name"] = name,
                ["imageRef"] = image,
                ["flavorRef"] = flavor,
                ["min_count"] = 1,
                ["max_count"] = 1,
                ["networks"] = new JsonArray([.. ports.Select(p => (JsonNode)new JsonObject { ["port"] = p })]),
            },
        }, token);
        return Id(server.GetProperty("server"));
    }

    /// <summary>Waits until the server is ACTIVE.</summary>
    /// <exception cref="CloudException">It went to ERROR; carries the fault.</exception>
    public static async Task<JsonElement> WaitForServerAsync(this CloudClient cloud, string id, CancellationToken token, string status = "ACTIVE")
    {
        JsonElement server = default;
        await Wait.UntilAsync($"server {id} to be {status}", ServerLimit, async t =>
        {
            server = (await cloud.GetAsync("compute", $"servers/{id}", t)).GetProperty("server");
            return Status(server) == status || Status(server) == "ERROR";
        }, token);
        if (Status(server) != status)
            throw new CloudException(
                HttpStatusCode.InternalServerError,
                $"server {id} is in ERROR: {(server.TryGetProperty("fault", out var fault) ? fault.ToString() : "no fault told")}");
        return server;
    }

    /// <summary>Node that carries the server.</summary>
    public static string NodeOf(JsonElement server) => server.GetProperty("OS-EXT-SRV-ATTR:hypervisor_hostname").GetString()!;

    public static async Task DeleteServerAsync(this CloudClient cloud, string id, CancellationToken token)
    {
        await cloud.DeleteAsync("compute", $"servers/{id}", token);
        await Wait.UntilAsync(
            $"server {id} to be gone", ServerLimit,
            async t => await cloud.StatusOfAsync(HttpMethod.Get, "compute", $"servers/{id}", null, t) == HttpStatusCode.NotFound, token);
    }

    public static async Task<string> CreateVolumeAsync(
        this CloudClient cloud, string name, int sizeGiB, CancellationToken token, string? imageId = null, string? snapshotId = null)
    {
        var id = Id((await cloud.PostAsync("volumev3", "volumes", new JsonObject
        {
            ["volume"] = new JsonObject { ["name"] = name, ["size"] = sizeGiB, ["imageRef"] = imageId, ["snapshot_id"] = snapshotId },
        }, token)).GetProperty("volume"));
        await cloud.WaitForVolumeAsync(id, "available", token, CreationPoll);
        return id;
    }

    public static async Task<string> CreateSnapshotAsync(this CloudClient cloud, string name, string volumeId, CancellationToken token)
    {
        var id = Id((await cloud.PostAsync("volumev3", "snapshots", new JsonObject
        {
            ["snapshot"] = new JsonObject { ["name"] = name, ["volume_id"] = volumeId, ["force"] = false },
        }, token)).GetProperty("snapshot"));
        await Wait.UntilAsync($"snapshot {name}", VolumeLimit, async t =>
            Status((await cloud.GetAsync("volumev3", $"snapshots/{id}", t)).GetProperty("snapshot")) == "available", token);
        return id;
    }

    public static Task WaitForSnapshotGoneAsync(this CloudClient cloud, string id, CancellationToken token) =>
        Wait.UntilAsync(
            $"snapshot {id} to be gone", VolumeLimit,
            async t => await cloud.StatusOfAsync(HttpMethod.Get, "volumev3", $"snapshots/{id}", null, t) == HttpStatusCode.NotFound, token);

    public static Task WaitForVolumeAsync(this CloudClient cloud, string id, string status, CancellationToken token, TimeSpan? interval = null) =>
        Wait.UntilAsync($"volume {id} to be {status}", VolumeLimit, async t =>
            Status((await cloud.GetAsync("volumev3", $"volumes/{id}", t)).GetProperty("volume")) == status, token, interval);

    public static async Task DeleteVolumeAsync(this CloudClient cloud, string id, CancellationToken token)
    {
        await cloud.DeleteAsync("volumev3", $"volumes/{id}", token);
        await Wait.UntilAsync(
            $"volume {id} to be gone", VolumeLimit,
            async t => await cloud.StatusOfAsync(HttpMethod.Get, "volumev3", $"volumes/{id}", null, t) == HttpStatusCode.NotFound, token);
    }

    public static Task AttachVolumeAsync(this CloudClient cloud, string server, string volume, CancellationToken token) =>
        cloud.PostAsync("compute", $"servers/{server}/os-volume_attachments", new JsonObject
        {
            ["volumeAttachment"] = new JsonObject { ["volumeId"] = volume },
        }, token);

    public static Task DetachVolumeAsync(this CloudClient cloud, string server, string volume, CancellationToken token) =>
        cloud.DeleteAsync("compute", $"servers/{server}/os-volume_attachments/{volume}", token);

    public static Task AttachPortAsync(this CloudClient cloud, string server, string port, CancellationToken token) =>
        cloud.PostAsync("compute", $"servers/{server}/os-interface", new JsonObject
        {
            ["interfaceAttachment"] = new JsonObject { ["port_id"] = port },
        }, token);

    public static Task DetachPortAsync(this CloudClient cloud, string server, string port, CancellationToken token) =>
        cloud.DeleteAsync("compute", $"servers/{server}/os-interface/{port}", token);

    /// <summary>Waits until the port belongs to no server, so that it can be attached again.</summary>
    public static Task WaitForPortFreeAsync(this CloudClient cloud, string id, CancellationToken token) =>
        Wait.UntilAsync($"port {id} to be free", VolumeLimit, async t =>
            (await cloud.GetAsync("network", $"ports/{id}", t)).GetProperty("port").GetProperty("device_id").GetString() is null or "", token);

    private static string Id(JsonElement element) => element.GetProperty("id").GetString()!;

    private static string Status(JsonElement element) => element.GetProperty("status").GetString()!;
}

public sealed record CloudNetwork(string Id, string SubnetId);

public sealed record CloudPort(string Id, string MacAddress, string IpAddress);
