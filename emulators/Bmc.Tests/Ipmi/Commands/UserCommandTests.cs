using System.Text;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Tests.Ipmi.Testbed;
using Lab.Protocols.Ipmi;
using Microsoft.Extensions.Time.Testing;

namespace Lab.Emulators.Bmc.Tests.Ipmi.Commands;

/// <summary>IPMI's users are the accounts, made step by step.</summary>
public sealed class UserCommandTests
{
    private const byte SetAccess = 0x43;
    private const byte Access = 0x44;
    private const byte SetName = 0x45;
    private const byte Name = 0x46;
    private const byte Password = 0x47;

    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task User_MadeStepByStep_BecomesAnAccountWithItsPassword()
    {
        await using var bmc = new IpmiBmc(time);
        await bmc.ReadAsync(IpmiNetFn.App, SetName, [3, .. Padded("bob", 16)]);
        await bmc.ReadAsync(IpmiNetFn.App, SetAccess, 0x91, 3, 3, 0);
        await bmc.ReadAsync(IpmiNetFn.App, Password, 3, 1);
        Assert.Null(bmc.Bmc.Accounts.FindByIpmiId(3));
        Assert.Equal("bob", Text(await bmc.ReadAsync(IpmiNetFn.App, Name, 3)));
        await bmc.ReadAsync(IpmiNetFn.App, Password, [0x83, 2, .. Padded("0123456789abcdefghij", 20)]);
        var account = bmc.Bmc.Accounts.FindByIpmiId(3)!;
        Assert.Equal(("bob", Role.Operator, true, true), (account.UserName, account.Role, account.Enabled, account.ByIpmi));
        Assert.NotNull(bmc.Bmc.Accounts.Authenticate("bob", "0123456789abcdefghij"));
        Assert.Equal([15, 0x42, 1, 0x13], await bmc.ReadAsync(IpmiNetFn.App, Access, 1, 3));
        await bmc.ReadAsync(IpmiNetFn.App, Password, [0x83, 3, .. Padded("0123456789abcdefghij", 20)]);
        Assert.Equal(0x80, (await bmc.AskAsync(IpmiNetFn.App, Password, [0x83, 3, .. Padded("0123456789abcdefghik", 20)])).Completion);
        Assert.Equal(0x81, (await bmc.AskAsync(IpmiNetFn.App, Password, [3, 3, .. Padded("0123456789abcdef", 16)])).Completion);
        await bmc.ReadAsync(IpmiNetFn.App, SetName, [3, .. new byte[16]]);
        Assert.Null(bmc.Bmc.Accounts.FindByIpmiId(3));
    }

    [Fact]
    public async Task User_DisabledOrWithoutAccess_IsSoForTheAccount()
    {
        await using var bmc = new IpmiBmc(time);
        bmc.Bmc.Accounts.Create(new Account("", "eve", Role.Administrator, IsBootstrap: false), "eve's secret");
        await bmc.ReadAsync(IpmiNetFn.App, Password, 3, 0);
        Assert.False(bmc.Bmc.Accounts.FindByIpmiId(3)!.Enabled);
        Assert.Equal([15, 0x81, 1, 0x14], await bmc.ReadAsync(IpmiNetFn.App, Access, 1, 3));
        await bmc.ReadAsync(IpmiNetFn.App, SetAccess, 0x91, 3, 0x0f, 0);
        Assert.False(bmc.Bmc.Accounts.FindByIpmiId(3)!.ByIpmi);
        Assert.Equal(0x0f, (await bmc.ReadAsync(IpmiNetFn.App, Access, 1, 3))[3]);
    }

    [Fact]
    public async Task LastAdministrator_CannotBeTakenAway()
    {
        await using var bmc = new IpmiBmc(time);
        Assert.Equal(IpmiCompletion.NotSupportedInState, (await bmc.AskAsync(IpmiNetFn.App, Password, 2, 0)).Completion);
        Assert.Equal(IpmiCompletion.NotSupportedInState, (await bmc.AskAsync(IpmiNetFn.App, SetAccess, 0x91, 2, 2, 0)).Completion);
        Assert.Equal(IpmiCompletion.NotSupportedInState, (await bmc.AskAsync(IpmiNetFn.App, SetName, [2, .. new byte[16]])).Completion);
        Assert.Equal(Role.Administrator, bmc.Bmc.Accounts.FindByIpmiId(2)!.Role);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("")]
    public async Task Password_AgainstThePolicy_IsRefused(string password)
    {
        await using var bmc = new IpmiBmc(time);
        Assert.Equal(IpmiCompletion.InvalidField, (await bmc.AskAsync(IpmiNetFn.App, Password, [2, 2, .. Padded(password, 16)])).Completion);
        Assert.NotNull(bmc.Bmc.Accounts.Authenticate(IpmiBmc.UserName, IpmiBmc.Password));
    }

    private static byte[] Padded(string text, int length)
    {
        var bytes = new byte[length];
        Encoding.ASCII.GetBytes(text, bytes);
        return bytes;
    }

    private static string Text(byte[] padded) => Encoding.ASCII.GetString(padded).TrimEnd('\0');
}
