using Lab.Emulators.Bmc.Ipmi.Commands;
using Lab.Emulators.Bmc.Ipmi.Sessions;
using Lab.Emulators.Bmc.Tests.Ipmi.Testbed;
using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Lan;

namespace Lab.Emulators.Bmc.Tests.Ipmi.Commands;

/// <summary>Requests that are refused, each with the code that says why (IPMI 2.0 table 5-2).</summary>
public sealed class CompletionCodeTests
{
    [Theory]
    [InlineData(0xc1, 0x06, 0x99, "")]
    [InlineData(0xc1, 0x2c, 0x00, "00")]
    [InlineData(0xc1, 0x2c, 0x3e, "03")]
    [InlineData(0xc1, 0x2c, 0x01, "dc")]
    [InlineData(0xc1, 0x2e, 0x01, "")]
    [InlineData(0xc7, 0x06, 0x01, "00")]
    [InlineData(0xc7, 0x00, 0x02, "")]
    [InlineData(0xc7, 0x00, 0x02, "0101")]
    [InlineData(0xc7, 0x0a, 0x44, "0102")]
    [InlineData(0xcc, 0x00, 0x02, "09")]
    [InlineData(0xcc, 0x00, 0x08, "05 8028000000")]
    [InlineData(0xcc, 0x06, 0x42, "07")]
    [InlineData(0xcc, 0x06, 0x24, "070100000a00")]
    [InlineData(0xcc, 0x06, 0x43, "9101 04")]
    [InlineData(0xcc, 0x06, 0x45, "01 61000000000000000000000000000000")]
    [InlineData(0xc9, 0x06, 0x44, "01 3f")]
    [InlineData(0xc9, 0x06, 0x46, "10")]
    [InlineData(0xc9, 0x0a, 0x11, "00 ffff 10")]
    [InlineData(0xcb, 0x0a, 0x10, "07")]
    [InlineData(0xcb, 0x0a, 0x23, "0000 ff0f 00 ff")]
    [InlineData(0xcb, 0x0a, 0x43, "0000 0000 00 ff")]
    [InlineData(0xcb, 0x04, 0x2d, "fe")]
    [InlineData(0xc5, 0x0a, 0x23, "0000 0000 05 10")]
    [InlineData(0xc5, 0x0a, 0x47, "0000 434c52 aa")]
    [InlineData(0xd5, 0x00, 0x02, "02")]
    [InlineData(0xd5, 0x00, 0x02, "03")]
    [InlineData(0xd5, 0x00, 0x02, "04")]
    [InlineData(0xd5, 0x06, 0x3b, "04")]
    [InlineData(0x80, 0x00, 0x09, "02 00 00")]
    [InlineData(0x80, 0x0c, 0x02, "01 7f 00 00")]
    [InlineData(0x80, 0x06, 0x22, "")]
    [InlineData(0x82, 0x0c, 0x01, "01 05 020000000001")]
    [InlineData(0x82, 0x06, 0x41, "0f 80")]
    [InlineData(0x80, 0x06, 0x49, "01 01 00000000")]
    public async Task Request_Wrong_IsToldWhy(int completion, int netFn, int command, string data)
    {
        await using var bmc = new IpmiBmc();
        var response = await bmc.AskAsync((byte)netFn, (byte)command, Convert.FromHexString(data.Replace(" ", "", StringComparison.Ordinal)));
        Assert.Equal(completion, response.Completion);
        Assert.True(response.Data.IsEmpty);
        Assert.Empty(bmc.Machine.Done);
    }

    [Fact]
    public async Task Request_ToAnotherLun_IsRefused()
    {
        await using var bmc = new IpmiBmc();
        var call = new IpmiCall(new IpmiRequest(IpmiNetFn.App, 1, 0x01, ReadOnlyMemory<byte>.Empty), IpmiChannel.SystemInterface, null);
        Assert.Equal(IpmiCompletion.InvalidForLun, (await bmc.Front.Commands.AnswerAsync(call, CancellationToken.None)).Completion);
    }

    // What a session of each level may, of every kind of command: read, act on the host, configure.
    [Theory]
    [InlineData(IpmiPrivilege.None, 0x06, 0x01, "", 0xd4)]
    [InlineData(IpmiPrivilege.Callback, 0x06, 0x01, "", 0xd4)]
    [InlineData(IpmiPrivilege.User, 0x06, 0x01, "", 0x00)]
    [InlineData(IpmiPrivilege.User, 0x00, 0x02, "01", 0xd4)]
    [InlineData(IpmiPrivilege.User, 0x00, 0x04, "", 0xd4)]
    [InlineData(IpmiPrivilege.User, 0x00, 0x08, "00 00", 0xd4)]
    [InlineData(IpmiPrivilege.User, 0x0a, 0x47, "0000 434c52 aa", 0xd4)]
    [InlineData(IpmiPrivilege.User, 0x06, 0x24, "040100000a00", 0xd4)]
    [InlineData(IpmiPrivilege.Operator, 0x00, 0x02, "01", 0x00)]
    [InlineData(IpmiPrivilege.Operator, 0x06, 0x02, "", 0xd4)]
    [InlineData(IpmiPrivilege.Operator, 0x06, 0x45, "03 61000000000000000000000000000000", 0xd4)]
    [InlineData(IpmiPrivilege.Operator, 0x06, 0x47, "0201", 0xd4)]
    [InlineData(IpmiPrivilege.Operator, 0x0c, 0x01, "01 00 00", 0xd4)]
    [InlineData(IpmiPrivilege.Administrator, 0x0c, 0x01, "01 00 00", 0x00)]
    [InlineData(IpmiPrivilege.Administrator, 0x2c, 0x02, "52 a5", 0xc1)]
    [InlineData(IpmiPrivilege.Administrator, 0x06, 0x31, "", 0xd4)]
    public async Task Request_OverLan_NeedsItsPrivilege(IpmiPrivilege privilege, int netFn, int command, string data, int completion)
    {
        await using var bmc = new IpmiBmc();
        var request = new IpmiRequest((byte)netFn, 0, (byte)command, Convert.FromHexString(data.Replace(" ", "", StringComparison.Ordinal)));
        var session = privilege == IpmiPrivilege.None ? null : Session(privilege, bmc.Bmc.Time);
        var response = await bmc.Front.Commands.AnswerAsync(new IpmiCall(request, IpmiChannel.Lan, session), CancellationToken.None);
        Assert.Equal(completion, response.Completion);
    }

    private static LanSession Session(IpmiPrivilege privilege, TimeProvider time) => new(
        1, 2, 1, SessionKeys.Derive(CipherSuite.Suite17, new byte[32]), new IpmiUser(2, IpmiBmc.UserName, [], privilege), privilege,
        LanRig.Here, time, span => span.Clear())
    {
        Privilege = privilege,
    };
}
