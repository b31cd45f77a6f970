using System.Data.Common;
using Lab.Manager.Configuration;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Database;

/// <summary>Brings the schema to what this build knows, feature by feature. A newer schema is refused, not guessed at.</summary>
internal sealed partial class SchemaMigrator(
    IDbContextFactory<ManagerDbContext> contexts, IEnumerable<IMigrations> features, TimeProvider time, ILogger<SchemaMigrator> logger)
{
    private const string SchemaTable =
        "CREATE TABLE IF NOT EXISTS schema_versions (feature TEXT NOT NULL, version INTEGER NOT NULL, name TEXT NOT NULL, "
        + "applied_at BIGINT NOT NULL, PRIMARY KEY (feature, version))";

    public async Task MigrateAsync(CancellationToken token)
    {
        try
        {
            await using var context = await contexts.CreateDbContextAsync(token);
            await context.Database.OpenConnectionAsync(token);
            if (context.Database.IsSqlite())
                await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL", token);
            await context.Database.ExecuteSqlRawAsync(SchemaTable, token);
            foreach (var feature in features.OrderBy(f => f.Feature, StringComparer.Ordinal))
                await MigrateAsync(context, feature, token);
        }
        catch (DbException e)
        {
            throw new ManagerException("database: " + e.Message, e);
        }
    }

    private async Task MigrateAsync(ManagerDbContext context, IMigrations feature, CancellationToken token)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        var current = await context.Database
            .SqlQuery<int>($"SELECT COALESCE(MAX(version), 0) AS \"Value\" FROM schema_versions WHERE feature = {feature.Feature}")
            .SingleAsync(token);
        if (current > feature.Steps.Count)
            throw new ManagerException($"database: {feature.Feature} has schema version {current}, this build knows {feature.Steps.Count}");
        for (var version = current + 1; version <= feature.Steps.Count; version++)
        {
            var step = feature.Steps[version - 1];
            await context.Database.ExecuteSqlRawAsync(step.Sql, token);
            await context.Database.ExecuteSqlAsync(
                $"INSERT INTO schema_versions VALUES ({feature.Feature}, {version}, {step.Name}, {time.GetUtcNow().ToUnixTimeMilliseconds()})", token);
            LogMigrated(feature.Feature, version, step.Name);
        }
        await transaction.CommitAsync(token);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Schema of {Feature} is now version {Version}: {Name}")]
    private partial void LogMigrated(string feature, int version, string name);
}
