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

    /// <summary>
    /// Mean time that a request of the workload spends in a stage on its way through the DPU to the storage target and back [s]; dimensions
    /// <see cref="Dimensions.Stage"/> and <see cref="Dimensions.Workload"/>. A workload's stages follow one another, so their means add up
    /// to its <see cref="DiskLatency"/>.
    /// </summary>
    public const string DiskStage = "disk.stage";

    /// <summary>Beside it, where the stage's times are known one by one, and of what is known only of several stages together.</summary>
    public const string DiskStageMedian = "disk.stage_median";
    public const string DiskStageP99 = "disk.stage_p99";

    /// <summary>
    /// <see cref="DiskIops"/> of the card's own data path; baseline: qemu-storage-daemon over NBD. Dimension <see cref="Dimensions.Workload"/>.
    /// </summary>
    public const string DataPathIops = "datapath.iops";

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

        /// <summary>One of <see cref="Stages"/>.</summary>
        public const string Stage = "stage";

        /// <summary>What a BMC was asked by: redfish, ipmi, sideband.</summary>
        public const string Front = "front";

        /// <summary>What crashed: target, dpud, agent, host, path.</summary>
        public const string Crash = "crash";
    }

    /// <summary>Of a disk's request, in their order.</summary>
    public static class Stages
    {
        /// <summary>What the DPU cannot see: the guest's own layers, its kick until it is noticed, and the interrupt back.</summary>
        public const string Guest = "guest";

        public const string GuestQueue = "guest_queue";
        public const string Vhost = "vhost";
        public const string Qos = "qos";
        public const string Queue = "queue";
        public const string Send = "send";

        /// <summary>Both ways, with the sockets of both sides.</summary>
        public const string Wire = "wire";

        /// <summary>Without its store.</summary>
        public const string Target = "target";
        public const string Store = "store";
        public const string Complete = "complete";

        /// <summary><see cref="Wire"/>, <see cref="Target"/> and <see cref="Store"/> together.</summary>
        public const string Remote = "remote";

        /// <summary><see cref="Target"/> and <see cref="Store"/> together.</summary>
        public const string Served = "served";

        /// <summary>All but <see cref="Guest"/> together.</summary>
        public const string Dpu = "dpu";
    }

    public static class Operations
    {
        public const string Boot = "boot";
        public const string AttachDisk = "attach-disk";
        public const string AttachNic = "attach-nic";
    }
}
