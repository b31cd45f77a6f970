using Lab.Manager.Configuration;
using Lab.Manager.Database;
using Lab.Manager.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Lab.Manager.Tests.Database;

public sealed class SchemaTests
{
    [Fact]
    public async Task Schema_OfEveryEntity_IsWhatTheModelReads()
    {
        await using var manager = await RunningManager.StartAsync();
        await using var context = await manager.Services.GetRequiredService<IDbContextFactory<ManagerDbContext>>().CreateDbContextAsync();
        foreach (var entity in context.Model.GetEntityTypes())
        {
            var columns = string.Join(", ", entity.GetProperties().Select(p => $"\"{p.GetColumnName()}\""));
            var sql = $"SELECT COUNT(*) AS \"Value\" FROM (SELECT {columns} FROM {entity.GetTableName()}) AS t";
            Assert.True(await context.Database.SqlQueryRaw<long>(sql).SingleAsync() >= 0);
        }
    }

    [Fact]
    public async Task Start_OnASchemaOfTomorrow_IsRefused()
    {
        var directory = Directory.CreateTempSubdirectory("manager-test-").FullName;
        await using (var manager = await RunningManager.StartAsync(stateDirectory: directory))
        {
            await using var context = await manager.Services.GetRequiredService<IDbContextFactory<ManagerDbContext>>().CreateDbContextAsync();
            await context.Database.ExecuteSqlRawAsync("INSERT INTO schema_versions VALUES ('baremetal', 99, 'tomorrow', 0)");
        }

        var refused = await Assert.ThrowsAsync<ManagerException>(() => RunningManager.StartAsync(stateDirectory: directory));

        Assert.Contains("version 99", refused.Message, StringComparison.Ordinal);
        Directory.Delete(directory, recursive: true);
    }
}
