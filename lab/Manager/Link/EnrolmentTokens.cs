using System.Security.Cryptography;
using System.Text;
using Lab.Manager.Database;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Link;

/// <summary>Makes one-time enrolment tokens and spends them atomically.</summary>
internal sealed class EnrolmentTokens(IDbContextFactory<ManagerDbContext> contexts, TimeProvider time)
{
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromHours(1);
    public static readonly TimeSpan LifetimeMax = TimeSpan.FromDays(7);
    private const int TokenBytes = 32;

    public async Task<(EnrolmentToken Kept, string Token)> CreateAsync(TimeSpan lifetime, CancellationToken cancellation)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
        var now = time.GetUtcNow();
        var kept = new EnrolmentToken { Id = Guid.NewGuid(), Hash = Hash(token), CreatedAt = now, ExpiresAt = now + lifetime };
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        context.Add(kept);
        await context.SaveChangesAsync(cancellation);
        return (kept, token);
    }

    /// <summary>Spends a token for a public key, in one statement: of two agents with one token, one gets in.</summary>
    public static async Task<bool> TrySpendAsync(ManagerDbContext context, string token, string key, DateTimeOffset now, CancellationToken cancellation)
    {
        var hash = Hash(token);
        return await context.Set<EnrolmentToken>()
            .Where(t => t.Hash == hash && t.ExpiresAt > now && (t.SpentAt == null || t.SpentKey == key))
            .ExecuteUpdateAsync(t => t.SetProperty(x => x.SpentAt, now).SetProperty(x => x.SpentKey, key), cancellation) == 1;
    }

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
