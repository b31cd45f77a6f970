using Lab.Reports.Store;

namespace Lab.Reports.Tests.Store;

public sealed class SqliteRunStoreTests : RunStoreContract
{
    private protected override Task<string> LocationAsync() => Task.FromResult(RunStore.DefaultLocation(Runs));

    [Fact]
    public async Task Store_ThatIsNoDatabase_IsNamed()
    {
        var path = Path.Combine(Runs, "index.db");
        await File.WriteAllTextAsync(path, new string('x', 4096));
        var error = await Assert.ThrowsAsync<StoreException>(() => RunStore.OpenAsync(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgresql://lab:geheim@db/runs")]
    [InlineData("Host=db;Port=geheim;Password=geheim")]
    [InlineData("Host=db;Passwort=geheim")]
    public async Task Location_ThatCannotBeUsed_IsRefusedWithoutItsSecrets(string location)
    {
        var error = await Assert.ThrowsAsync<StoreException>(() => RunStore.OpenAsync(location));
        Assert.DoesNotContain("geheim", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Host=", error.Message, StringComparison.Ordinal);
    }
}
