using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Lab.Manager.Identity;

/// <summary>An issued token. What its user may do is looked up at each use, so that a grant taken away is gone at once.</summary>
internal sealed class Token
{
    /// <summary>See <see cref="TokenText.HashOf"/>.</summary>
    public required string Hash { get; init; }

    /// <summary>Names the token in answers and logs without giving it away.</summary>
    public required string AuditId { get; init; }
    public required Guid UserId { get; init; }

    /// <summary>Null for an unscoped token.</summary>
    public Guid? ProjectId { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
}

internal sealed class TokenConfiguration : IEntityTypeConfiguration<Token>
{
    public void Configure(EntityTypeBuilder<Token> builder)
    {
        builder.ToTable("tokens");
        builder.HasKey(t => t.Hash);
    }
}
