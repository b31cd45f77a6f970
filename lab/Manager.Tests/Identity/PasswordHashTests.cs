using Lab.Manager.Identity;

namespace Lab.Manager.Tests.Identity;

public sealed class PasswordHashTests
{
    [Fact]
    public void Matches_OfThePasswordAlone_IsTrue()
    {
        var hash = PasswordHash.Of("Tür 3");

        Assert.True(hash.Matches("Tür 3"));
        Assert.False(hash.Matches("Tür 4"));
        Assert.False(hash.Matches(""));
        Assert.False(PasswordHash.Unmatchable.Matches(""));
    }
}
