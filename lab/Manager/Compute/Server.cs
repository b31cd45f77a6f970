using Lab.Contracts.Link;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Lab.Manager.Compute;

/// <summary>Nova's server states.</summary>
internal enum ServerStatus
{
    Build,
    Active,
    Shutoff,
    Error,
}

/// <summary>An instance: a flavor, disks and NICs on one node. Its node is the one whose ServerId it is.</summary>
internal sealed class Server
{
    public required Guid Id { get; init; }
    public required Guid ProjectId { get; init; }
    public required Guid UserId { get; init; }
    public required string Name { get; set; }
    public required string FlavorId { get; init; }

    /// <summary>What the flavor asked for when the server was made; the flavor may be deleted since.</summary>
    public required int Vcpus { get; init; }
    public required int RamMib { get; init; }

    /// <summary>Null when it boots from a volume.</summary>
    public Guid? ImageId { get; init; }
    public required ServerStatus Status { get; set; }

    /// <summary>Nova's task_state: what is going on; null when nothing is.</summary>
    public string? TaskState { get; set; }

    /// <summary>Node name that an administrator asked for.</summary>
    public string? RequestedHost { get; init; }

    /// <summary>Disks, NICs, config drive and power are in the node's spec.</summary>
    public bool Presented { get; set; }
    public PowerState Power { get; set; }
    public string MetadataJson { get; set; } = "{}";

    /// <summary>Base64.</summary>
    public string? UserData { get; init; }
    public string? Fault { get; set; }
    public DateTimeOffset? FaultAt { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }
    public DateTimeOffset? LaunchedAt { get; set; }
}

internal static class TaskStates
{
    /// <summary>Ports are being made; without a workflow yet.</summary>
    public const string Networking = "networking";
    public const string Scheduling = "scheduling";
    public const string BlockDeviceMapping = "block_device_mapping";
    public const string Spawning = "spawning";
    public const string Deleting = "deleting";
    public const string PoweringOn = "powering-on";
    public const string PoweringOff = "powering-off";
    public const string Rebooting = "rebooting";
    public const string RebootingHard = "rebooting_hard";
}

internal sealed class ServerConfiguration : IEntityTypeConfiguration<Server>
{
    public void Configure(EntityTypeBuilder<Server> builder)
    {
        builder.ToTable("servers");
        builder.HasKey(s => s.Id);
    }
}
