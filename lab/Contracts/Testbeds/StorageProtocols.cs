namespace Lab.Contracts.Testbeds;

/// <summary>How DPUs reach the volumes of a storage target.</summary>
public static class StorageProtocols
{
    public const string NvmeTcp = "nvme-tcp";
    public const string Nbd = "nbd";

    public static IReadOnlyList<string> All { get; } = [NvmeTcp, Nbd];
}
