using Lab.Manager.Database;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Identity;

/// <summary>Issued tokens, in the database: they outlive a restart of the manager, and revoking one holds everywhere.</summary>
internal sealed class TokenStore(IDbContextFactory<ManagerDbContext> contexts, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(8);

    /// <returns>The token's text, which is stored nowhere, and its record.</returns>
    public async Task<(string Text, Token Token)> IssueAsync(Guid userId, Guid? projectId, CancellationToken cancellation)
    {
        var text = TokenText.Create();
        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        var token = new Token
        {
            Hash = TokenText.HashOf(text),
            AuditId = TokenText.Create()[..22],
            UserId = userId,
            ProjectId = projectId,
            IssuedAt = now,
            ExpiresAt = now + Lifetime,
        };
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        // Those that ended are swept where new ones are made, so that the table is bounded by what a lifetime issues.
        await context.Set<Token>().Where(t => t.ExpiresAt <= now).ExecuteDeleteAsync(cancellation);
        context.Add(token);
        await context.SaveChangesAsync(cancellation);
        return (text, token);
    }

    /// <returns>The token, or null when it is malformed, unknown, revoked or expired.</returns>
    public async Task<Token?> FindAsync(string? text, CancellationToken cancellation)
    {
        if (!TokenText.IsWellFormed(text))
            return null;
        var hash = TokenText.HashOf(text!);
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var token = await context.Set<Token>().AsNoTracking().SingleOrDefaultAsync(t => t.Hash == hash, cancellation);
        return token is not null && token.ExpiresAt > time.GetUtcNow() ? token : null;
    }

    public async Task RevokeAsync(Token token, CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        await context.Set<Token>().Where(t => t.Hash == token.Hash).ExecuteDeleteAsync(cancellation);
    }
}
