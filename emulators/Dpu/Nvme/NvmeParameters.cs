using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Nvme;

/// <summary>Parameters of bdev_nvme_attach_controller that have a meaning for NVMe/TCP; the others are refused as unknown.</summary>
internal sealed record BdevNvmeAttachController
{
    public required string Name { get; init; }
    public required string Trtype { get; init; }
    public required string Traddr { get; init; }
    public string? Adrfam { get; init; }
    public string? Trsvcid { get; init; }
    public string? Subnqn { get; init; }
    public string? Hostnqn { get; init; }
    public Guid? Hostid { get; init; }
    public bool Hdgst { get; init; }
    public bool Ddgst { get; init; }
    public string? Multipath { get; init; }
    public uint? NumIoQueues { get; init; }
    public int? CtrlrLossTimeoutSec { get; init; }
    public uint? ReconnectDelaySec { get; init; }
    public uint? FastIoFailTimeoutSec { get; init; }

    /// <summary>TLS is not offered: a key for it is refused and not ignored.</summary>
    public string? Psk { get; init; }
    public string? DhchapKey { get; init; }
    public string? DhchapCtrlrKey { get; init; }
}

internal sealed record BdevNvmeDetachController
{
    public required string Name { get; init; }

    // Given, they name one path.
    public string? Trtype { get; init; }
    public string? Traddr { get; init; }
    public string? Adrfam { get; init; }
    public string? Trsvcid { get; init; }
    public string? Subnqn { get; init; }
}

internal sealed record BdevNvmeGetControllers
{
    public string? Name { get; init; }
}

internal sealed record BdevNvmeStartDiscovery
{
    public required string Name { get; init; }
    public required string Trtype { get; init; }
    public required string Traddr { get; init; }
    public string? Adrfam { get; init; }
    public string? Trsvcid { get; init; }
    public string? Hostnqn { get; init; }
    public bool WaitForAttach { get; init; }

    /// <summary>Milliseconds; given, the answer waits for the attachment.</summary>
    public ulong? AttachTimeoutMs { get; init; }
    public int? CtrlrLossTimeoutSec { get; init; }
    public uint? ReconnectDelaySec { get; init; }
    public uint? FastIoFailTimeoutSec { get; init; }
}

internal sealed record BdevNvmeStopDiscovery
{
    public required string Name { get; init; }
}

internal sealed record BdevHistogramEnable
{
    public required string Name { get; init; }
    public required bool Enable { get; init; }
}

internal sealed record BdevHistogramGet
{
    public required string Name { get; init; }
}

/// <summary>Reads what attach and discovery have in common.</summary>
internal static class NvmeParameters
{
    private const string DefaultPort = "4420";
    private const string DefaultDiscoveryPort = "8009";
    private const uint DefaultReconnectDelaySec = 1;

    /// <exception cref="DpuException">Another transport than TCP, no IP address, or no port.</exception>
    public static NvmePath ReadPath(string trtype, string? adrfam, string traddr, string? trsvcid, bool isDiscovery = false)
    {
        if (!trtype.Equals("tcp", StringComparison.OrdinalIgnoreCase))
            throw new DpuException(Errno.Invalid, $"Failed to parse trtype: {trtype}");
        if (adrfam is not null
            && !adrfam.Equals("ipv4", StringComparison.OrdinalIgnoreCase)
            && !adrfam.Equals("ipv6", StringComparison.OrdinalIgnoreCase))
            throw new DpuException(Errno.Invalid, $"Failed to parse adrfam: {adrfam}");
        if (!System.Net.IPAddress.TryParse(traddr, out var address))
            throw new DpuException(Errno.Invalid, $"traddr is no IP address: {traddr}");
        var family = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4";
        if (adrfam is not null && !adrfam.Equals(family, StringComparison.OrdinalIgnoreCase))
            throw new DpuException(Errno.Invalid, $"traddr is no {adrfam} address: {traddr}");
        var port = trsvcid ?? (isDiscovery ? DefaultDiscoveryPort : DefaultPort);
        if (!ushort.TryParse(port, System.Globalization.NumberStyles.None, null, out var number) || number == 0)
            throw new DpuException(Errno.Invalid, $"trsvcid is no port: {trsvcid}");
        return new NvmePath { Adrfam = family, Traddr = address.ToString(), Trsvcid = port };
    }

    /// <summary>
    /// The rules of bdev_nvme_check_io_error_resiliency_params. What is left out is chosen for a cloud disk: it keeps trying, a second
    /// apart, and I/O waits.
    /// </summary>
    /// <exception cref="DpuException">They contradict each other.</exception>
    public static (int LossSec, uint DelaySec, uint FastFailSec) ReadResiliency(int? lossSec, uint? delaySec, uint? fastFailSec)
    {
        var loss = lossSec ?? -1;
        var delay = delaySec ?? (loss == 0 ? 0 : DefaultReconnectDelaySec);
        var fastFail = fastFailSec ?? 0;
        var isConsistent = loss switch
        {
            < -1 => false,
            -1 => delay != 0 && (fastFail == 0 || fastFail >= delay),
            0 => delay == 0 && fastFail == 0,
            _ => delay != 0 && delay <= loss && (fastFail == 0 || (fastFail >= delay && fastFail <= loss)),
        };
        return isConsistent ? (loss, delay, fastFail) : throw new DpuException(Errno.Invalid);
    }

    /// <exception cref="DpuException">None of SPDK's words.</exception>
    public static MultipathMode ReadMultipath(string? text) => text switch
    {
        null or "multipath" => MultipathMode.Multipath,
        "failover" => MultipathMode.Failover,
        "disable" => MultipathMode.Disable,
        _ => throw new DpuException(Errno.Invalid, $"Invalid multipath parameter: {text}"),
    };

    /// <exception cref="DpuException">The text is no NVMe Qualified Name (NVMe base specification 2.0 §4.5).</exception>
    public static string CheckNqn(string nqn)
    {
        var isNqn = System.Text.Encoding.UTF8.GetByteCount(nqn) <= DpuLimits.NqnBytesMax
            && nqn.StartsWith("nqn.", StringComparison.Ordinal)
            && !nqn.Contains('\0', StringComparison.Ordinal);
        return isNqn ? nqn : throw new DpuException(Errno.Invalid, $"Invalid NQN: {nqn}");
    }
}
