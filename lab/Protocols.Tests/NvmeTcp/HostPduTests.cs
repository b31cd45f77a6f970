using Lab.Protocols.NvmeTcp;

namespace Lab.Protocols.Tests.NvmeTcp;

/// <summary>What a host sends and takes, byte by byte (NVMe/TCP transport specification 1.0 §3.6.2, base 2.0 §3.3.3, NVM 1.0 §3.2).</summary>
public sealed class HostPduTests
{
    private const string Nothing = "00000000000000000000000000000000";

    [Theory]
    [InlineData(Opcode.Read, 0, false, "5a", "8877665544332211" + "0700" + "0000")]
    [InlineData(Opcode.Write, 4096, true, "01", "8877665544332211" + "0700" + "0000")]
    [InlineData(Opcode.Write, 0, false, "5a", "8877665544332211" + "0700" + "0000")]
    [InlineData(Opcode.Flush, 0, false, "5a", "0000000000000000" + "0000" + "0000")]
    [InlineData(Opcode.DatasetManagement, 16, true, "01", "00000000" + "04000000" + "0000" + "0000")]
    public void Command_IsWhereTheSpecificationHasIt(byte opcode, int inCapsule, bool isInCapsule, string sgl, string dwords10To12)
    {
        var pdu = new byte[72];
        var length = HostPdus.WriteCapsule(
            pdu,
            new IoCommand
            {
                Opcode = opcode, CommandId = 0x0402, Nsid = 3, FirstBlock = 0x1122334455667788, Blocks = 8, DataLength = 4096, IsDataInCapsule = isInCapsule,
            },
            inCapsule,
            default);
        Assert.Equal(72, length);
        var total = Convert.ToHexStringLower(BitConverter.GetBytes(72 + inCapsule));
        Assert.Equal(
            "040048" + (inCapsule > 0 ? "48" : "00") + total
            + Convert.ToHexStringLower([opcode]) + "40" + "0204" + "03000000" + Nothing + "0000000000000000" + "00100000" + "000000" + sgl
            + dwords10To12 + "000000000000000000000000",
            Convert.ToHexStringLower(pdu));
    }

    [Fact]
    public void Command_WithDigests_SaysSoAndIsSealed()
    {
        var pdu = new byte[76];
        Assert.Equal(76, HostPdus.WriteCapsule(pdu, new IoCommand { Opcode = Opcode.Write, Blocks = 1, DataLength = 512, IsDataInCapsule = true }, 512, new PduDigests(true, true)));
        Assert.Equal("0403484c" + "50020000", Convert.ToHexStringLower(pdu.AsSpan(0, 8)));
        Assert.True(Crc32C.Matches(pdu.AsSpan(72), Crc32C.Append(Crc32C.Start, pdu.AsSpan(0, 72))));
    }

    [Fact]
    public void Data_IsWhereTheSpecificationHasIt()
    {
        var pdu = new byte[24];
        Assert.Equal(24, HostPdus.WriteH2CData(pdu, 0x0201, 0x0403, 0x1000, 0x2000, isLast: true, default));
        Assert.Equal("06041818" + "18200000" + "0102" + "0304" + "00100000" + "00200000" + "00000000", Convert.ToHexStringLower(pdu));
    }

    [Fact]
    public void Range_IsWhereTheSpecificationHasIt()
    {
        var range = new byte[16];
        Assert.Equal(16, HostPdus.WriteRange(range, 0x1122334455667788, 9));
        Assert.Equal("00000000" + "09000000" + "8877665544332211", Convert.ToHexStringLower(range));
    }

    [Fact]
    public void Termination_IsWhereTheSpecificationHasIt()
    {
        var pdu = new byte[HostPdus.TerminationBytes];
        HostPdus.WriteTermination(pdu, FatalError.DataTransferLimitExceeded);
        Assert.Equal("02001800" + "18000000" + "0500" + "0000000000000000000000000000", Convert.ToHexStringLower(pdu));
    }

    [Fact]
    public void AdminCommands_AreWhereTheSpecificationHasThem()
    {
        Assert.Equal("7f0000000100", Convert.ToHexStringLower(AdminCommand.Connect(1, 128, 15000).AsSpan(0, 6)));
        Assert.Equal("0000" + "0100" + "7f00" + "0000" + "983a0000", Convert.ToHexStringLower(AdminCommand.Connect(1, 128, 15000).AsSpan(40, 12)));
        Assert.Equal("0c00ff03" + "00000000" + "0010000000000000", Convert.ToHexStringLower(AdminCommand.GetLogPage(0x0c, 4096, 4096).AsSpan(40, 16)));
        Assert.Equal("00" + "01" + "01" + "e9" + "48000000", Convert.ToHexStringLower(AdminCommand.Authentication(isSend: true, 72).AsSpan(40, 8)));
        Assert.Equal("01000000" + "00000000", Convert.ToHexStringLower(AdminCommand.PropertyGet(0, isLong: true).AsSpan(40, 8)));
        Assert.Equal("00000000" + "14000000" + "0100460000000000", Convert.ToHexStringLower(AdminCommand.PropertySet(0x14, 0x460001).AsSpan(40, 16)));
        Assert.Equal("07000000" + "03000300", Convert.ToHexStringLower(AdminCommand.SetFeatures(7, 0x30003).AsSpan(40, 8)));
    }

    [Fact]
    public void ControllersPdus_AreReadAsTheyAreWritten()
    {
        var digests = new PduDigests(true, true);
        var pdu = new byte[64];
        var length = ControllerPdus.WriteData(pdu, 0x0102, 4096, 512, PduFlags.LastPdu | PduFlags.Success, digests);
        Assert.True(HostPdus.TryReadPdu(pdu.AsSpan(0, length), digests, out var read, out var dataAt));
        Assert.Equal(
            (PduType.ControllerToHostData, 0x0102, 4096u, 512u, true, true, length),
            (read.Type, read.CommandId, read.DataOffset, read.DataLength, read.IsLast, read.IsSuccess, dataAt));
        length = ControllerPdus.WriteReadyToTransfer(pdu, 1, 2, 3, 4, digests);
        Assert.True(HostPdus.TryReadPdu(pdu.AsSpan(0, length), digests, out read, out _));
        Assert.Equal((1, 2, 3u, 4u), (read.CommandId, read.TransferTag, read.DataOffset, read.DataLength));
        length = ControllerPdus.WriteResponse(pdu, new Completion(9, 0, 0x0304, StatusCode.LbaOutOfRange), digests);
        Assert.True(HostPdus.TryReadPdu(pdu.AsSpan(0, length), digests, out read, out _));
        Assert.Equal((0x0304, (ushort)StatusCode.LbaOutOfRange), (read.CommandId, read.Status));
        for (var part = 0; part < length; part++)
            Assert.False(HostPdus.TryReadPdu(pdu.AsSpan(0, part), digests, out _, out _));
    }

    [Fact]
    public void ControllersPdus_AnyBytes_AreReadOrRefused()
    {
        var random = new Random(17);
        var refused = 0;
        for (var round = 0; round < 10_000; round++)
        {
            var pdu = new byte[random.Next(0, 64)];
            random.NextBytes(pdu);
            if (pdu.Length > 8 && random.Next(2) == 0)
                ((byte[])[5, 0, 24, 0, 24, 0, 0, 0]).CopyTo(pdu, 0);
            try
            {
                if (HostPdus.TryReadPdu(pdu, new PduDigests(random.Next(2) == 0, random.Next(2) == 0), out _, out var length))
                    Assert.InRange(length, 24, pdu.Length);
            }
            catch (PduException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1000, 10_000);
    }
}
