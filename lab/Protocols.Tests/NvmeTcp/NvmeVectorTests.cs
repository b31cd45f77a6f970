using System.Text;
using Lab.Protocols.NvmeTcp;

namespace Lab.Protocols.Tests.NvmeTcp;

/// <summary>Bytes as the specifications print or define them, held against the codec.</summary>
public sealed class NvmeVectorTests
{
    /// <summary>RFC 3720 appendix B.4.</summary>
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", "aa36918a")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "43aba862")]
    [InlineData("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "4e79dd46")]
    [InlineData("1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100", "5cdb3f11")]
    public void Crc32C_OfTheRfcsExamples_IsAsPrinted(string data, string digest)
    {
        var bytes = Convert.FromHexString(data);
        var place = new byte[Crc32C.Size];
        // In two stretches, as a PDU's header and data are.
        Crc32C.Write(place, Crc32C.Append(Crc32C.Append(Crc32C.Start, bytes.AsSpan(0, 5)), bytes.AsSpan(5)));
        Assert.Equal(digest, Convert.ToHexStringLower(place));
        Assert.True(Crc32C.Matches(place, Crc32C.Append(Crc32C.Start, bytes)));
    }

    /// <summary>RFC 3720 appendix B.4: an iSCSI READ (10) command PDU.</summary>
    [Fact]
    public void Crc32C_OfAnIscsiCommand_IsAsPrinted()
    {
        var pdu = Convert.FromHexString(
            "01c00000" + "00000000" + "00000000" + "00000000" + "14000000" + "00000400" + "00000014" + "00000018" + "28000000" + "00000000" + "02000000" + "00000000");
        var place = new byte[Crc32C.Size];
        Crc32C.Write(place, Crc32C.Append(Crc32C.Start, pdu));
        Assert.Equal("563a96d9", Convert.ToHexStringLower(place));
    }

    /// <summary>Transport specification §3.6.2.2 and §3.6.2.3: PFV at 8, HPDA at 10, DGST at 11, MAXR2T or MAXH2CDATA at 12.</summary>
    [Fact]
    public void Setup_IsWhereTheSpecificationHasIt()
    {
        var request = new byte[ConnectionRequest.Size];
        new ConnectionRequest(0, 1, new PduDigests(Header: true, Data: false), 15).Write(request);
        Assert.Equal("0000800080000000" + "0000" + "01" + "01" + "0f000000", Convert.ToHexStringLower(request.AsSpan(0, 16)));
        Assert.Equal(-1, request.AsSpan(16).IndexOfAnyExcept((byte)0));
        var response = new byte[ConnectionResponse.Size];
        new ConnectionResponse(0, 0, new PduDigests(Header: false, Data: true), 0x20000).Write(response);
        Assert.Equal("0100800080000000" + "0000" + "00" + "02" + "00000200", Convert.ToHexStringLower(response.AsSpan(0, 16)));
    }

    /// <summary>§3.6.2.7: CQE behind the common header; its status field is shifted by the phase tag.</summary>
    [Fact]
    public void Response_IsWhereTheSpecificationHasIt()
    {
        var pdu = new byte[ControllerPdus.ResponseSize];
        ControllerPdus.WriteResponse(pdu, new Completion(0x1122334455667788, 7, 0xabcd, StatusCode.LbaOutOfRange), default);
        Assert.Equal("0500180018000000" + "8877665544332211" + "0700" + "0000" + "cdab" + "0081", Convert.ToHexStringLower(pdu));
    }

    /// <summary>§3.6.2.10, with a header digest: PDO points behind it.</summary>
    [Fact]
    public void Data_IsWhereTheSpecificationHasIt()
    {
        var pdu = new byte[ControllerPdus.DataHeaderSize + Crc32C.Size];
        var length = ControllerPdus.WriteData(pdu, 0x1234, 0x1000, 0x200, PduFlags.LastPdu | PduFlags.Success, new PduDigests(Header: true, Data: true));
        Assert.Equal(28, length);
        Assert.Equal("070f181c20020000" + "34120000" + "00100000" + "00020000" + "00000000", Convert.ToHexStringLower(pdu.AsSpan(0, 24)));
    }

    /// <summary>§3.6.2.2 and §3.6.2.10: HPDA of 31 asks for data at multiples of 128 bytes; header, its digest, zeroes, data.</summary>
    [Fact]
    public void Data_ForAnAlignedHost_IsPaddedUpToIt()
    {
        var pdu = Enumerable.Repeat((byte)0xee, 256).ToArray();
        var alignment = new ConnectionRequest(0, 31, default, 0).DataAlignmentBytes;
        var length = ControllerPdus.WriteData(
            pdu, 0x1234, 0, 0x200, PduFlags.LastPdu | PduFlags.Success, new PduDigests(Header: true, Data: false), alignment);
        Assert.Equal(128, length);
        Assert.Equal("070d188080020000" + "34120000" + "00000000" + "00020000" + "00000000", Convert.ToHexStringLower(pdu.AsSpan(0, 24)));
        Assert.True(Crc32C.Matches(pdu.AsSpan(24), Crc32C.Append(Crc32C.Start, pdu.AsSpan(0, 24))));
        Assert.Equal(-1, pdu.AsSpan(28, 100).IndexOfAnyExcept((byte)0));
        Assert.Equal(0xee, pdu[128]);
    }

    /// <summary>§3.6.2.8.</summary>
    [Fact]
    public void ReadyToTransfer_IsWhereTheSpecificationHasIt()
    {
        var pdu = new byte[ControllerPdus.ReadyToTransferSize];
        ControllerPdus.WriteReadyToTransfer(pdu, 0x1234, 0x5678, 0, 0x10000, default);
        Assert.Equal("0900180018000000" + "3412" + "7856" + "00000000" + "00000100" + "00000000", Convert.ToHexStringLower(pdu));
    }

    /// <summary>A write as Linux's initiator sends it: PSDT 01b, transport SGL 5Ah, FUA in bit 30 of CDW12.</summary>
    [Fact]
    public void Command_OfLinux_IsReadAsItIsMeant()
    {
        var entry = Convert.FromHexString(
            "01400500" + "01000000" + "0000000000000000" + "0000000000000000" + "0000000000000000" + "00100000" + "0000005a" + "0801000000000000" + "07000040" + "00000000"
            + "00000000" + "00000000");
        var command = new Command(entry);
        Assert.Equal(Opcode.Write, command.Opcode);
        Assert.True(command.UsesSgl);
        Assert.Equal((5, 1u), (command.Id, command.NamespaceId));
        Assert.Equal((4096u, true, false), (command.DataLength, command.IsDataByTransport, command.IsDataInCapsule));
        Assert.Equal((264ul, 8u, true), (command.FirstBlock, command.Blocks, command.ForceUnitAccess));
    }

    /// <summary>Base specification §6.3: HOSTID at 0, CNTLID at 16, SUBNQN at 256, HOSTNQN at 512.</summary>
    [Fact]
    public void ConnectData_IsWhereTheSpecificationHasIt()
    {
        var id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
        var bytes = new ConnectData(id, ConnectData.AnyController, "nqn.a", "nqn.b").ToBytes();
        Assert.Equal("00112233445566778899aabbccddeeffffff", Convert.ToHexStringLower(bytes.AsSpan(0, 18)));
        Assert.Equal("nqn.a\0", Encoding.ASCII.GetString(bytes, 256, 6));
        Assert.Equal("nqn.b\0", Encoding.ASCII.GetString(bytes, 512, 6));
        Assert.True(ConnectData.TryRead(bytes, out var read));
        Assert.Equal(new ConnectData(id, ConnectData.AnyController, "nqn.a", "nqn.b"), read);
    }

    /// <summary>Fields that Linux's initiator rejects a controller for (drivers/nvme/host).</summary>
    [Fact]
    public void Identify_HasWhatLinuxInsistsOn()
    {
        var bytes = new byte[IdentifyController.Size];
        new IdentifyController
        {
            SerialNumber = "S", ModelNumber = "M", FirmwareRevision = "1", ControllerId = 0x1234, SubsystemNqn = "nqn.x", Version = 0x10400,
            InCapsuleBytes = 8192, KeepAliveGranularity = 1, CommandsMax = 128, Namespaces = 1, MultiPath = 8,
        }.Write(bytes);
        Assert.Equal("S                   ", Encoding.ASCII.GetString(bytes, 4, 20));
        Assert.Equal(0x1234, BitConverter.ToUInt16(bytes, 78));
        Assert.Equal(1, BitConverter.ToUInt16(bytes, 320));
        Assert.Equal(0x66, bytes[512]);
        Assert.Equal(0x44, bytes[513]);
        Assert.Equal(1u, BitConverter.ToUInt32(bytes, 540));
        Assert.NotEqual(0u, BitConverter.ToUInt32(bytes, 536) & 3);
        Assert.Equal((64 + 8192) / 16, BitConverter.ToInt32(bytes, 1792));
        Assert.Equal(1, BitConverter.ToInt32(bytes, 1796));
        Assert.Equal("nqn.x\0", Encoding.ASCII.GetString(bytes, 768, 6));
    }

    /// <summary>nvme gen-dhchap-key of nvme-cli 2.4, with the key given.</summary>
    [Fact]
    public void Secret_OfNvmeCli_IsReadAndWrittenTheSame()
    {
        var key = Convert.FromHexString("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        var text = DhchapSecret.Format(key);
        Assert.Equal(key, DhchapSecret.Parse(text).KeyFor("nqn.any"));
        Assert.Throws<FormatException>(() => DhchapSecret.Parse(text.Replace("47D", "47E", StringComparison.Ordinal)[..^2] + "A:"));
    }
}
