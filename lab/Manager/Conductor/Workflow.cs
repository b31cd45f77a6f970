using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Lab.Manager.Conductor;

internal enum WorkflowState
{
    Queued,
    Running,

    /// <summary>A step failed; what was done is being undone.</summary>
    Compensating,
    Done,
    Failed,
}

/// <summary>One operation on one subject (a server, a volume, a node), as far as it got. Committed before and after each step.</summary>
internal sealed class Workflow
{
    public required Guid Id { get; init; }

    /// <summary>Workflows of one subject run one after the other in this order.</summary>
    public required long Sequence { get; init; }
    public required string Kind { get; init; }
    public required Guid SubjectId { get; init; }

    /// <summary>The thing beside the subject: the volume to attach, the port to detach.</summary>
    public Guid? ObjectId { get; init; }
    public WorkflowState State { get; set; }

    /// <summary>Index of the step that runs, or is being undone.</summary>
    public int Step { get; set; }
    public string? StepName { get; set; }
    public string? FailedStep { get; set; }
    public string? Error { get; set; }
    public string? TraceParent { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class WorkflowConfiguration : IEntityTypeConfiguration<Workflow>
{
    public void Configure(EntityTypeBuilder<Workflow> builder)
    {
        builder.ToTable("workflows");
        builder.HasKey(w => w.Id);
    }
}
