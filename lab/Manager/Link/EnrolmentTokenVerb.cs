using System.Data.Common;
using Lab.Manager.Configuration;
using Lab.Manager.Database;
using Lab.Manager.Hosting;

namespace Lab.Manager.Link;

/// <summary><c>enrolment-token create</c>: straight into the database, for whoever may read the state directory.</summary>
internal static class EnrolmentTokenVerb
{
    public static async Task<int> RunAsync(string stateDirectory, string? database, TimeSpan lifetime, CancellationToken token)
    {
        try
        {
            // Nothing of it asks the storage target.
            var options = new ManagerOptions { StateDirectory = stateDirectory, Storage = new Uri("https://localhost"), Database = database };
            await using var services = new ServiceCollection()
                .AddLogging()
                .AddSingleton(options)
                .AddSingleton(TimeProvider.System)
                .AddDatabase()
                .AddMigrations<LinkMigrations>()
                .AddSingleton<EnrolmentTokens>()
                .BuildServiceProvider();
            if (!Directory.Exists(stateDirectory))
                throw new ManagerException($"state directory {stateDirectory} does not exist");
            await services.GetRequiredService<SchemaMigrator>().MigrateAsync(token);
            var (_, text) = await services.GetRequiredService<EnrolmentTokens>().CreateAsync(lifetime, token);
            await Console.Out.WriteLineAsync(text);
            return 0;
        }
        catch (Exception e) when (e is ManagerException or DbException)
        {
            await Console.Error.WriteLineAsync("manager: " + e.Message);
            return ManagerHost.InfrastructureFailure;
        }
    }
}
