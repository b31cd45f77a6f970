using System.Buffers;
using Lab.Protocols.Ipmi;

namespace Lab.Protocols.Tests.Ipmi;

public sealed class IpmiVmProtocolTests
{
    // By hand from QEMU's hw/ipmi/ipmi_bmc_extern.c: sequence, netFn << 2 | LUN, command, data, checksum, A0h.
    [Theory]
    [InlineData("01 18 01 E6 A0", 0x01, 0x06, 0x01, "")]
    [InlineData("02 B0 01 52 01 FA A0", 0x02, 0x2c, 0x01, "52 01")]
    [InlineData("03 B0 02 52 A5 54 A0", 0x03, 0x2c, 0x02, "52 A5")]
    [InlineData("AA B0 18 01 AA B1 AA BA FC A0", 0xa0, 0x06, 0x01, "A1 AA")]
    public void Message_GoldenBytes_ReadAndWrite(string wire, byte sequence, byte netFn, byte command, string data)
    {
        var message = Assert.IsType<IpmiVmMessage>(Read(wire));
        Assert.Equal((sequence, netFn, command), (message.Sequence, message.NetFn, message.Command));
        Assert.Equal(Bytes(data), message.Data.ToArray());
        Assert.Equal(Bytes(wire), IpmiVmProtocol.Write(message));
    }

    [Fact]
    public void Command_QemusGreeting_IsRead()
    {
        var command = Assert.IsType<IpmiVmCommand>(Read("FF 01 A1"));
        Assert.Equal(IpmiVmCommands.Version, command.Code);
        Assert.Equal([IpmiVmCommands.ProtocolVersion], command.Data.ToArray());
        Assert.Equal(Bytes("FF 01 A1"), IpmiVmProtocol.Write(command));
    }

    [Theory]
    [InlineData("01 18 01 E7 A0")]
    [InlineData("01 18 A0")]
    [InlineData("A0")]
    [InlineData("A1")]
    [InlineData("01 18 01 AA A0")]
    public void Frame_Damaged_IsInvalidAndTheNextOneIsRead(string damaged)
    {
        var buffer = new ReadOnlySequence<byte>(Bytes(damaged + " 01 18 01 E6 A0"));
        Assert.True(IpmiVmProtocol.TryRead(ref buffer, out var first));
        Assert.IsType<IpmiVmInvalid>(first);
        Assert.True(IpmiVmProtocol.TryRead(ref buffer, out var second));
        Assert.IsType<IpmiVmMessage>(second);
        Assert.True(buffer.IsEmpty);
    }

    [Fact]
    public void Frame_Incomplete_WaitsAndEndlessOneIsRefused()
    {
        var part = new ReadOnlySequence<byte>(Bytes("01 18 01"));
        Assert.False(IpmiVmProtocol.TryRead(ref part, out _));
        Assert.Equal(3, part.Length);
        var endless = new ReadOnlySequence<byte>(new byte[IpmiVmProtocol.FrameBytesMax + 1]);
        Assert.Throws<InvalidDataException>(() => IpmiVmProtocol.TryRead(ref endless, out _));
    }

    [Fact]
    public void Credentials_RequestAndResponse_AreLaidOutAsDsp0270Says()
    {
        Assert.Equal(Bytes("52 A5"), HostInterfaceCommands.CredentialsRequest(keepEnabled: true).Data.ToArray());
        Assert.Equal(Bytes("52 00"), HostInterfaceCommands.CredentialsRequest(keepEnabled: false).Data.ToArray());
        var response = HostInterfaceCommands.CredentialsResponse("user", "0123456789abcdef");
        Assert.Equal(Bytes("52 75 73 65 72 00 00 00 00 00 00 00 00 00 00 00 00"), response.Data[..17].ToArray());
        Assert.True(HostInterfaceCommands.TryReadCredentials(response, out var user, out var password));
        Assert.Equal(("user", "0123456789abcdef"), (user, password));
        Assert.False(HostInterfaceCommands.TryReadCredentials(IpmiResponse.Error(HostInterfaceCommands.BootstrappingDisabled), out _, out _));
    }

    [Fact]
    public void Answer_ToARequest_CarriesItsSequenceAndTheCompletionCode()
    {
        var request = Assert.IsType<IpmiVmMessage>(Read("02 B0 01 52 01 FA A0"));
        var answer = request.Answer(HostInterfaceCommands.FingerprintResponse(new byte[32]));
        Assert.Equal((0x02, 0x2d, 0x01), ((int)answer.Sequence, (int)answer.NetFn, (int)answer.Command));
        Assert.Equal(Bytes("00 52 01"), answer.Data[..3].ToArray());
        Assert.True(HostInterfaceCommands.TryReadFingerprint(answer.ToResponse(), out var fingerprint));
        Assert.Equal(new byte[32], fingerprint);
    }

    private static IpmiVmFrame? Read(string wire)
    {
        var buffer = new ReadOnlySequence<byte>(Bytes(wire));
        Assert.True(IpmiVmProtocol.TryRead(ref buffer, out var frame));
        Assert.True(buffer.IsEmpty);
        return frame;
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
