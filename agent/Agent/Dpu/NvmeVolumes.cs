using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Contracts.Link;
using Lab.Protocols.JsonRpc;

namespace Lab.Agent.Dpu;

/// <summary>
/// Volumes over NVMe/TCP by SPDK's methods: a key in the keyring, then a controller per volume, whose first namespace is the bdev.
/// </summary>
internal sealed class NvmeVolumes(KeyFiles keys, Func<string, JsonNode?, CancellationToken, Task<JsonElement>> call)
{
    /// <summary>A disk waits for its target, however long: −1 of bdev_nvme_attach_controller.</summary>
    private const int NeverGiveUp = -1;
    private const int ReconnectDelaySeconds = 1;

    /// <summary>SPDK answers with negative errno (SPDK's bdev_nvme_rpc.c).</summary>
    private const int NotThere = -2;
    private const int AttachedAlready = -114;
    private const int ThereAlready = -17;

    public async Task ConnectAsync(Guid volume, NvmeTcpUrl url, NvmeHost host, CancellationToken token)
    {
        var name = DpuNames.VolumeTarget(volume);
        if (host.DhchapSecret is { } secret)
            await AddKeyAsync(name, secret, token);
        var parameters = Parameters(name, url, host);
        JsonElement bdevs;
        try
        {
            bdevs = await call("bdev_nvme_attach_controller", parameters, token);
        }
        catch (JsonRpcException e) when (e.Code == AttachedAlready)
        {
            // It has no bdev, or nobody would connect: a namespace that was taken away, or an attempt that was cut short.
            await call("bdev_nvme_detach_controller", new JsonObject { ["name"] = name }, token);
            bdevs = await call("bdev_nvme_attach_controller", parameters.DeepClone(), token);
        }
        if (((JsonElement?)bdevs).Items().Any())
            return;
        await call("bdev_nvme_detach_controller", new JsonObject { ["name"] = name }, token);
        throw new DpuException($"volume {volume}: {url.SubsystemNqn} at {url.Address} shows {host.Nqn} no namespace");
    }

    public async Task DisconnectAsync(Guid volume, CancellationToken token)
    {
        var name = DpuNames.VolumeTarget(volume);
        await call("bdev_nvme_detach_controller", new JsonObject { ["name"] = name }, token);
        try
        {
            await call("keyring_file_remove_key", new JsonObject { ["name"] = name }, token);
        }
        catch (JsonRpcException e) when (e.Code == NotThere)
        {
            // Connected without authentication, or this was done before.
        }
        keys.Delete(name);
    }

    private async Task AddKeyAsync(string name, string secret, CancellationToken token)
    {
        // The file first: a key in the keyring without its file would fail the DPU's own reconnect.
        var path = keys.Write(name, secret);
        try
        {
            await call("keyring_file_add_key", new JsonObject { ["name"] = name, ["path"] = path }, token);
        }
        catch (JsonRpcException e) when (e.Code == ThereAlready)
        {
            // Of an attempt that was cut short: the file is read when the DPU connects.
        }
    }

    private static JsonObject Parameters(string name, NvmeTcpUrl url, NvmeHost host)
    {
        var parameters = new JsonObject
        {
            ["name"] = name,
            ["trtype"] = "tcp",
            ["adrfam"] = url.Address.AddressFamily == AddressFamily.InterNetworkV6 ? "ipv6" : "ipv4",
            ["traddr"] = url.Address.ToString(),
            ["trsvcid"] = url.Port.ToString(CultureInfo.InvariantCulture),
            ["subnqn"] = url.SubsystemNqn,
            ["hostnqn"] = host.Nqn,
            ["ctrlr_loss_timeout_sec"] = NeverGiveUp,
            ["reconnect_delay_sec"] = ReconnectDelaySeconds,
            // What is damaged between target and card, beyond TCP's checksum, is found and read again.
            ["hdgst"] = true,
            ["ddgst"] = true,
        };
        if (host.DhchapSecret is not null)
            parameters["dhchap_key"] = name;
        return parameters;
    }
}
