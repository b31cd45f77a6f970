using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Host.Tests.Testbed;
using Microsoft.Extensions.Time.Testing;

namespace Lab.Emulators.Bmc.Tests.Accounts;

public sealed class AccountStoreTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void Lock_AfterItsTime_OpensByItself()
    {
        var store = new AccountStore(null, "admin", "right one", time);
        for (var i = 0; i < store.Policy.LockoutThreshold; i++)
            Assert.Null(store.Authenticate("admin", "wrong"));
        Assert.True(store.IsLocked("1"));
        Assert.Null(store.Authenticate("admin", "right one"));
        Assert.Null(store.IpmiKey("admin"));
        time.Advance(store.Policy.LockoutDuration);
        Assert.NotNull(store.Authenticate("admin", "right one"));
    }

    [Fact]
    public void Failures_FarApart_DoNotLock()
    {
        var store = new AccountStore(null, "admin", "right one", time);
        for (var i = 0; i < 3 * store.Policy.LockoutThreshold; i++)
        {
            Assert.Null(store.Authenticate("admin", "wrong"));
            time.Advance(store.Policy.LockoutCounterResetAfter);
        }
        Assert.NotNull(store.Authenticate("admin", "right one"));
    }

    [Fact]
    public void Account_Made_OutlivesARestartWithItsPasswordSealed()
    {
        using var directory = new TestDirectory();
        var before = new AccountStore(directory.Path, "admin", "right one", time);
        before.Create(new Account("", "user", Role.Operator, IsBootstrap: false), "secret words");
        var after = new AccountStore(directory.Path, "admin", "right one", time);
        Assert.Equal(Role.Operator, after.Authenticate("user", "secret words")!.Role);
        Assert.Equal(3, after.FindByIpmiId(3)!.IpmiId);
        Assert.DoesNotContain("secret words", File.ReadAllText(directory["accounts.json"]), StringComparison.Ordinal);
        Assert.DoesNotContain("admin", File.ReadAllText(directory["accounts.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Accounts_MoreThanIpmiCanName_AreRefused()
    {
        var store = new AccountStore(null, "admin", "right one", time);
        for (var i = 1; i < AccountStore.AccountsMax; i++)
            Assert.Equal(AccountError.None, store.Create(new Account("", "user" + i, Role.ReadOnly, IsBootstrap: false), "long enough").Error);
        Assert.Equal(AccountError.TooMany, store.Create(new Account("", "more", Role.ReadOnly, IsBootstrap: false), "long enough").Error);
    }

    [Fact]
    public void Session_Unused_EndsAfterItsIdleTime()
    {
        var sessions = new SessionStore(time);
        var (_, token) = sessions.Create(new Account("1", "admin", Role.Administrator, IsBootstrap: false), null)!.Value;
        time.Advance(sessions.IdleTime - TimeSpan.FromSeconds(1));
        Assert.NotNull(sessions.Use(token));
        time.Advance(sessions.IdleTime - TimeSpan.FromSeconds(1));
        Assert.NotNull(sessions.Use(token));
        time.Advance(sessions.IdleTime + TimeSpan.FromSeconds(1));
        Assert.Null(sessions.Use(token));
        Assert.Empty(sessions.All);
    }
}
