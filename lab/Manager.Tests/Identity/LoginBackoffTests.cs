using Lab.Manager.Identity;
using Lab.Manager.Tests.Fixtures;

namespace Lab.Manager.Tests.Identity;

public sealed class LoginBackoffTests
{
    private readonly ManualTime time = new();
    private readonly LoginBackoff backoff;

    public LoginBackoffTests() => backoff = new LoginBackoff(time);

    [Fact]
    public void Remaining_AfterFewFailures_IsNothing()
    {
        Fail(LoginBackoff.FailuresFree - 1);

        Assert.Equal(TimeSpan.Zero, backoff.Remaining("rita", "10.0.0.1"));
    }

    [Fact]
    public void Remaining_AfterEachFurtherFailure_Doubles()
    {
        Fail(LoginBackoff.FailuresFree);
        Assert.Equal(TimeSpan.FromSeconds(1), backoff.Remaining("rita", "10.0.0.1"));

        Fail(3);
        Assert.Equal(TimeSpan.FromSeconds(8), backoff.Remaining("rita", "10.0.0.1"));

        Fail(1000);
        Assert.Equal(LoginBackoff.DelayMax, backoff.Remaining("rita", "10.0.0.1"));
    }

    [Fact]
    public void Remaining_OfAnotherAddress_IsNothing()
    {
        Fail(20);

        Assert.Equal(TimeSpan.Zero, backoff.Remaining("rita", "10.0.0.2"));
        Assert.Equal(TimeSpan.Zero, backoff.Remaining("bob", "10.0.0.1"));
    }

    [Fact]
    public void Remaining_AfterTimeOrSuccess_IsNothing()
    {
        Fail(LoginBackoff.FailuresFree);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, backoff.Remaining("rita", "10.0.0.1"));

        Fail(10);
        backoff.Succeeded("rita", "10.0.0.1");
        Assert.Equal(TimeSpan.Zero, backoff.Remaining("rita", "10.0.0.1"));
    }

    private void Fail(int times)
    {
        for (var i = 0; i < times; i++)
            backoff.Failed("rita", "10.0.0.1");
    }
}
