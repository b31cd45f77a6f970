using Lab.Reports.Store;

namespace Lab.Reports.Tests.Store;

public sealed class PostgresRunStoreTests(PostgresCluster cluster) : RunStoreContract, IClassFixture<PostgresCluster>
{
    private protected override Task<string> LocationAsync() => cluster.CreateDatabaseAsync();

    [Fact]
    public async Task Name_OfAStoreWithAPassword_DoesNotShowIt()
    {
        var location = await LocationAsync();
        await using var store = await RunStore.OpenAsync(location);
        Assert.DoesNotContain("secret", store.Name, StringComparison.Ordinal);
        var error = await Assert.ThrowsAsync<StoreException>(() => RunStore.OpenAsync(location.Replace("Database=store", "Database=no", StringComparison.Ordinal)));
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }
}
