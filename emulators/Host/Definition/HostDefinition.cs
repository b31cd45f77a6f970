namespace Lab.Emulators.Host.Definition;

/// <summary>How the host's CPU runs: TCG works everywhere, KVM must have been proven by booting.</summary>
public enum Accelerator { Tcg, Kvm }

/// <summary>The machine one host is: everything of its libvirt domain but its PCI functions.</summary>
public sealed record HostDefinition
{
    /// <summary>PCIe root ports made in advance; each takes one hot-plugged function.</summary>
    public const int RootPorts = 16;

    /// <summary>Name of the libvirt domain.</summary>
    public required string Name { get; init; }

    /// <summary>SMBIOS UUID of the system.</summary>
    public required Guid Uuid { get; init; }
    public int Vcpus { get; init; } = 1;
    public int MemoryMiB { get; init; } = 512;
    public Accelerator Accelerator { get; init; } = Accelerator.Tcg;

    /// <summary>Unix socket QEMU connects the first serial port to; null leaves the port unconnected.</summary>
    public string? ConsoleSocket { get; init; }

    /// <summary>The machine's own copy of the UEFI variables.</summary>
    public required string NvramFile { get; init; }
    public Firmware Firmware { get; init; } = Firmware.DebianOvmf;
}

/// <summary>UEFI image and the template of its variables.</summary>
public sealed record Firmware(string CodeFile, string VariablesTemplate)
{
    /// <summary>Package ovmf, without secure boot.</summary>
    public static Firmware DebianOvmf { get; } = new("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd");
}
