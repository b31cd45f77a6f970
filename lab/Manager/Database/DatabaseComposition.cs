using System.Data.Common;
using Lab.Manager.Configuration;
using Lab.Manager.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Lab.Manager.Database;

internal static class DatabaseComposition
{
    /// <summary>How long a writer waits for another one, seconds.</summary>
    private const int BusyTimeoutSeconds = 15;

    public static IServiceCollection AddDatabase(this IServiceCollection services) => services
        .AddPooledDbContextFactory<ManagerDbContext>((provider, context) => Configure(context, provider.GetRequiredService<ManagerOptions>()))
        .AddSingleton<SchemaMigrator>()
        .AddStartupTask<SchemaMigrator>(StartupOrder.Schema, (migrator, token) => migrator.MigrateAsync(token));

    public static IServiceCollection AddMigrations<T>(this IServiceCollection services) where T : class, IMigrations =>
        services.AddSingleton<IMigrations, T>();

    private static void Configure(DbContextOptionsBuilder context, ManagerOptions options)
    {
        var connection = options.DatabaseConnection;
        if (IsPostgres(connection))
            context.UseNpgsql(connection);
        else
            context.UseSqlite(new SqliteConnectionStringBuilder(connection) { DefaultTimeout = BusyTimeoutSeconds }.ToString());
        context.ConfigureWarnings(w => w.Ignore(RelationalEventId.CommandExecuted));
    }

    private static bool IsPostgres(string connection)
    {
        try
        {
            return new DbConnectionStringBuilder { ConnectionString = connection }.ContainsKey("Host");
        }
        catch (ArgumentException e)
        {
            throw new ManagerException("--database: " + e.Message, e);
        }
    }
}
