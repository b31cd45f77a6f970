using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Lab.Manager.BareMetal;

/// <summary>A DPU and the host behind it. Made when its agent registers for the first time.</summary>
internal sealed class Node
{
    public required Guid Id { get; init; }

    /// <summary>Small stable number: nova's hypervisor id at 2.1.</summary>
    public required int Number { get; init; }

    /// <summary>Serial number of the DPU; also the node's name.</summary>
    public required string Serial { get; init; }
    public ProvisionState ProvisionState { get; set; } = ProvisionState.Enroll;
    public bool Maintenance { get; set; }
    public string? LastError { get; set; }

    /// <summary>The server that has the node; taken by compare-and-set.</summary>
    public Guid? ServerId { get; set; }
    public required string AgentVersion { get; set; }
    public required string StorageAddress { get; set; }
    public required string HostNqn { get; set; }
    public required string TunnelAddress { get; set; }
    public Guid SystemUuid { get; set; }
    public int Vcpus { get; set; }
    public int MemoryMib { get; set; }
    public int FunctionsMax { get; set; }
    public string Manufacturer { get; set; } = "";
    public string Model { get; set; } = "";

    /// <summary>Generation of <see cref="SpecJson"/>; 0 before the first.</summary>
    public long Generation { get; set; }

    /// <summary>The desired state that was pushed last.</summary>
    public string? SpecJson { get; set; }

    /// <summary>What the agent reported last.</summary>
    public string? StatusJson { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }
    public DateTimeOffset? SeenAt { get; set; }
}

internal sealed class NodeConfiguration : IEntityTypeConfiguration<Node>
{
    public void Configure(EntityTypeBuilder<Node> builder)
    {
        builder.ToTable("nodes");
        builder.HasKey(n => n.Id);
    }
}
