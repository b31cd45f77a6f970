namespace Lab.Contracts.Runs;

/// <summary>
/// Metrics and dimensions that a report knows by name. A scenario may emit others: they get their table row, ratio and
/// distribution all the same, only not a place in a section of their own.
/// </summary>
public static class MetricNames
{
    /// <summary>API request until the guest's shell answers [s]. Its phases are events of operation <see cref="Operations.Boot"/>.</summary>
    public const string BootTotal = "boot.total";

    /// <summary>Clone of a volume from an image or snapshot [s]: subject of 1 TiB, baseline of 1 GiB.</summary>
    public const string CloneDuration = "clone.duration";

    /// <summary>Stages of a hot-plug cycle [s], each from the request; dimension <see cref="Dimensions.Device"/>.</summary>
    public const string HotPlugSeen = "hotplug.seen";
    public const string HotPlugFirstIo = "hotplug.first_io";
    public const string HotPlugRemoved = "hotplug.removed";

    /// <summary>As <see cref="HotPlugSeen"/>, of the cycles that are recorded and left out of it; no baseline.</summary>
    public const string HotPlugWarmUp = "hotplug.warm_up";

    /// <summary>Block throughput; dimension <see cref="Dimensions.Workload"/>.</summary>
    public const string DiskIops = "disk.iops";
    public const string DiskBandwidth = "disk.bandwidth";
    public const string DiskLatency = "disk.latency";

    /// <summary>Network throughput between two hosts; dimension <see cref="Dimensions.Workload"/>.</summary>
    public const string NetBandwidth = "net.bandwidth";
    public const string NetRoundTrip = "net.rtt";

    /// <summary>
    /// CPU spent while a workload ran [core]; dimensions <see cref="Dimensions.Of"/> and those of the throughput samples it stands
    /// beside (<see cref="Dimensions.Workload"/>, …); role baseline beside a baseline.
    /// </summary>
    public const string CpuUsed = "cpu.used";

    /// <summary>Beside it, with the same dimensions: resident memory [B], bytes over the DPU's uplink and through the target's files [B/s].</summary>
    public const string MemoryUsed = "memory.used";
    public const string NetworkUsed = "network.used";
    public const string StorageUsed = "storage.used";

    /// <summary>
    /// A host's power switch [s], each from the request; dimension <see cref="Dimensions.Front"/>; baseline: libvirt is asked, without a BMC.
    /// On and reset end where the firmware starts the boot loader, shutdown where the host is off.
    /// </summary>
    public const string BmcPowerOn = "bmc.power_on";
    public const string BmcReset = "bmc.reset";
    public const string BmcShutdown = "bmc.shutdown";

    /// <summary>
    /// From the order to kill, or from when a path was up again, until every writer of the host has written and flushed again, or the host whose power was cut is up again [s];
    /// dimension <see cref="Dimensions.Crash"/>.
    /// </summary>
    public const string DurabilityRecovered = "durability.recovered";

    public static class Dimensions
    {
        /// <summary>disk or nic.</summary>
        public const string Device = "device";

        /// <summary>For example randread-4k-qd32, tcp.</summary>
        public const string Workload = "workload";

        /// <summary>Who used it: soc, host or target.</summary>
        public const string Of = "of";
        public const string OfSoc = "soc";
        public const string OfHost = "host";
        public const string OfTarget = "target";
        public const string Node = "node";

        /// <summary>What a BMC was asked by: redfish, ipmi, sideband.</summary>
        public const string Front = "front";

        /// <summary>What crashed: target, dpud, agent, host, path.</summary>
        public const string Crash = "crash";
    }

    public static class Operations
    {
        public const string Boot = "boot";
        public const string AttachDisk = "attach-disk";
        public const string AttachNic = "attach-nic";
    }
}
