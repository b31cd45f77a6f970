using System.Text.Json.Nodes;
using Lab.Emulators.Dpu.Card;
using Lab.Emulators.Dpu.Spdk;
using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Nvme;

/// <summary>SPDK's bdev_nvme_* methods.</summary>
internal sealed class NvmeMethods(DpuCard card)
{
    public void Register(SpdkMethods methods)
    {
        var json = SpdkJson.Default;
        methods.Add("bdev_nvme_attach_controller", json.BdevNvmeAttachController, AttachAsync);
        methods.Add("bdev_nvme_detach_controller", json.BdevNvmeDetachController, DetachAsync);
        methods.Add("bdev_nvme_get_controllers", json.BdevNvmeGetControllers, ListAsync);
        methods.Add("bdev_nvme_start_discovery", json.BdevNvmeStartDiscovery, StartDiscoveryAsync);
        methods.Add("bdev_nvme_stop_discovery", json.BdevNvmeStopDiscovery, StopDiscoveryAsync);
        methods.Add("bdev_nvme_get_discovery_info", ListDiscoveriesAsync);
    }

    private async Task<JsonNode?> AttachAsync(BdevNvmeAttachController parameters)
    {
        if (parameters.Psk is not null)
            throw new DpuException(Errno.NotSupported, "TLS is not offered");
        if (parameters.Subnqn is null)
            throw new DpuException(Errno.Invalid, "subnqn is required for fabrics");
        var path = NvmeParameters.ReadPath(parameters.Trtype, parameters.Adrfam, parameters.Traddr, parameters.Trsvcid);
        var (lossSec, delaySec, fastFailSec) = NvmeParameters.ReadResiliency(
            parameters.CtrlrLossTimeoutSec, parameters.ReconnectDelaySec, parameters.FastIoFailTimeoutSec);
        var hostnqn = NvmeParameters.CheckNqn(parameters.Hostnqn ?? KnownHostnqn(parameters.Name) ?? NvmeHost.DefaultNqn(card.Serial));
        var names = await card.AttachNvmeAsync(new NvmeController
        {
            Name = parameters.Name,
            Subnqn = NvmeParameters.CheckNqn(parameters.Subnqn),
            Hostnqn = hostnqn,
            Hostid = parameters.Hostid ?? NvmeHost.IdOf(hostnqn),
            Paths = [path],
            Multipath = NvmeParameters.ReadMultipath(parameters.Multipath),
            Hdgst = parameters.Hdgst,
            Ddgst = parameters.Ddgst,
            NumIoQueues = parameters.NumIoQueues is 0 ? throw new DpuException(Errno.Invalid) : parameters.NumIoQueues,
            CtrlrLossTimeoutSec = lossSec,
            ReconnectDelaySec = delaySec,
            FastIoFailTimeoutSec = fastFailSec,
            DhchapKey = parameters.DhchapKey,
            DhchapCtrlrKey = parameters.DhchapCtrlrKey,
        });
        return new JsonArray([.. names.Select(n => (JsonNode)n)]);
    }

    /// <summary>A second path without a host NQN is meant for the same host.</summary>
    private string? KnownHostnqn(string controller) => card.State.NvmeControllers.Find(c => c.Name == controller)?.Hostnqn;

    private async Task<JsonNode?> DetachAsync(BdevNvmeDetachController parameters)
    {
        NvmePath? path = null;
        if (parameters.Traddr is { } traddr)
            path = NvmeParameters.ReadPath(parameters.Trtype ?? "tcp", parameters.Adrfam, traddr, parameters.Trsvcid);
        else if (parameters is not { Trtype: null, Adrfam: null, Trsvcid: null })
            throw new DpuException(Errno.Invalid);
        if (parameters.Subnqn is { } subnqn && card.State.NvmeControllers.Find(c => c.Name == parameters.Name)?.Subnqn != subnqn)
            throw new DpuException(Errno.NoDevice);
        await card.DetachNvmeAsync(parameters.Name, path);
        return true;
    }

    private Task<JsonNode?> ListAsync(BdevNvmeGetControllers parameters)
    {
        var controllers = card.State.NvmeControllers.Where(c => parameters.Name is null || c.Name == parameters.Name).ToList();
        if (controllers.Count == 0 && parameters.Name is not null)
            throw new DpuException(Errno.NoDevice);
        return Task.FromResult<JsonNode?>(new JsonArray([.. controllers.Select(c => (JsonNode)NvmeView.Describe(c, card.DescribeNvme(c.Name)))]));
    }

    private async Task<JsonNode?> StartDiscoveryAsync(BdevNvmeStartDiscovery parameters)
    {
        var path = NvmeParameters.ReadPath(parameters.Trtype, parameters.Adrfam, parameters.Traddr, parameters.Trsvcid, isDiscovery: true);
        var (lossSec, delaySec, fastFailSec) = NvmeParameters.ReadResiliency(
            parameters.CtrlrLossTimeoutSec, parameters.ReconnectDelaySec, parameters.FastIoFailTimeoutSec);
        var hostnqn = NvmeParameters.CheckNqn(parameters.Hostnqn ?? NvmeHost.DefaultNqn(card.Serial));
        TimeSpan? attachLimit = parameters.AttachTimeoutMs is { } limitMs and > 0
            ? TimeSpan.FromMilliseconds(Math.Min(limitMs, int.MaxValue))
            : parameters.WaitForAttach ? Timeout.InfiniteTimeSpan : null;
        await card.StartDiscoveryAsync(
            new NvmeDiscovery
            {
                Name = parameters.Name,
                Path = path,
                Hostnqn = hostnqn,
                Hostid = NvmeHost.IdOf(hostnqn),
                CtrlrLossTimeoutSec = lossSec,
                ReconnectDelaySec = delaySec,
                FastIoFailTimeoutSec = fastFailSec,
            },
            attachLimit);
        return true;
    }

    private async Task<JsonNode?> StopDiscoveryAsync(BdevNvmeStopDiscovery parameters)
    {
        await card.StopDiscoveryAsync(parameters.Name);
        return true;
    }

    private Task<JsonNode?> ListDiscoveriesAsync() => Task.FromResult<JsonNode?>(new JsonArray(
    [
        .. card.State.NvmeDiscoveries.Select(d => (JsonNode)new JsonObject
        {
            ["name"] = d.Name,
            ["trid"] = NvmeView.Trid(d.Path, NvmeHost.DiscoveryNqn),
            ["referrals"] = new JsonArray(),
        }),
    ]));
}
