using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Lab.Manager.Link;

/// <summary>A right to enrol one DPU, once. Only its hash is kept.</summary>
internal sealed class EnrolmentToken
{
    public required Guid Id { get; init; }

    /// <summary>SHA-256 of the token's text, hexadecimal.</summary>
    public required string Hash { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? SpentAt { get; set; }

    /// <summary>SHA-256 of the public key it was spent for: the same agent may ask again when our answer was lost.</summary>
    public string? SpentKey { get; set; }
}

/// <summary>The certificate a DPU must show; enrolling again makes the older one worthless.</summary>
internal sealed class AgentCredential
{
    public required string Serial { get; init; }

    /// <summary>SHA-256 of the certificate, hexadecimal.</summary>
    public required string Thumbprint { get; set; }
    public required DateTimeOffset IssuedAt { get; set; }
}

internal sealed class EnrolmentTokenConfiguration : IEntityTypeConfiguration<EnrolmentToken>
{
    public void Configure(EntityTypeBuilder<EnrolmentToken> builder)
    {
        builder.ToTable("enrolment_tokens");
        builder.HasKey(t => t.Id);
    }
}

internal sealed class AgentCredentialConfiguration : IEntityTypeConfiguration<AgentCredential>
{
    public void Configure(EntityTypeBuilder<AgentCredential> builder)
    {
        builder.ToTable("agent_credentials");
        builder.HasKey(c => c.Serial);
    }
}
