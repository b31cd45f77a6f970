using System.Data.Common;
using System.Net.Sockets;

namespace Lab.Reports.Store.Databases;

/// <summary>Chooses the database a location names, and turns its exceptions into <see cref="StoreException"/>.</summary>
internal static class StoreDatabase
{
    public static IStoreDatabase At(string location)
    {
        // Npgsql reads keywords only; the URL would otherwise become the name of a SQLite file, password and all.
        if (location.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || location.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase))
            throw new StoreException("name a PostgreSQL store by keywords: \"Host=…;Database=…;Username=…;Password=…\", not by a URL");
        return location.Contains("Host=", StringComparison.OrdinalIgnoreCase) ? new PostgresDatabase(location) : new SqliteDatabase(location);
    }

    public static async Task<T> GuardAsync<T>(IStoreDatabase database, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception error) when (error is DbException or SocketException)
        {
            throw new StoreException($"the store {database.Name}: {error.Message}", error);
        }
    }

    public static Task GuardAsync(IStoreDatabase database, Func<Task> work) =>
        GuardAsync(database, async () =>
        {
            await work();
            return true;
        });
}
