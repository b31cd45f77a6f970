using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Emulators.Storage.Tests.NvmeTcp;
using Lab.Emulators.Storage.Tests.Support;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.Tests.Faults;

/// <summary>Data PDUs that are not what their digests were made of, bit by bit.</summary>
public sealed class CorruptedPduTests(TargetFixture target) : IClassFixture<TargetFixture>
{
    private const byte Value = 9;
    private static readonly PduDigests Both = new(Header: true, Data: true);

    [Theory]
    [InlineData("data", 8)]
    [InlineData("data", 1024)]
    [InlineData("header", 8)]
    [InlineData("header", 1024)]
    public async Task Pdu_WithDigests_HasOneBitThatTheyFind(string part, int blocks)
    {
        using var disk = await OpenAsync();
        using var io = await RawHost.IoAsync(target.Nvme, disk.Subnqn, disk.Controller, queue: 2, digests: Both);
        var fault = await SetAsync(new JsonObject { ["kind"] = "corrupted_pdu", ["volume"] = disk.Volume, ["part"] = part, ["count_max"] = 1, ["seed"] = 3 });
        var hit = Receive(io, blocks);
        Assert.Equal((part != "header", part != "data"), (hit.IsHeaderWhole, hit.IsDataWhole));
        Assert.Equal(part == "data" ? 1 : 0, hit.WrongBits);
        Assert.Equal(new Found(true, true, 0), Receive(io, blocks));
        Assert.Equal((1, 0), await StateAsync(fault));
    }

    [Fact]
    public async Task Pdu_WithoutTheDigest_IsLeftAlone_AndTheFaultSaysSo()
    {
        using var disk = await OpenAsync();
        using var io = await RawHost.IoAsync(target.Nvme, disk.Subnqn, disk.Controller, queue: 2, digests: new PduDigests(Header: true, Data: false));
        var fault = await SetAsync(new JsonObject { ["kind"] = "corrupted_pdu", ["volume"] = disk.Volume });
        Assert.Equal(new Found(true, true, 0), Receive(io, 8));
        Assert.Equal(new Found(true, true, 0), Receive(io, 1024));
        Assert.Equal((0, 2), await StateAsync(fault));
    }

    [Fact]
    public async Task Pdu_OfASilentFault_IsWrongWithoutADigest()
    {
        using var disk = await OpenAsync();
        var fault = await SetAsync(new JsonObject { ["kind"] = "corrupted_pdu", ["volume"] = disk.Volume, ["silent"] = true, ["count_max"] = 1 });
        Assert.Equal(1, WrongBits(disk.Io.Read(0, 8)));
        Assert.Equal(0, WrongBits(disk.Io.Read(0, 8)));
        Assert.Equal((1, 0), await StateAsync(fault));
    }

    [Fact]
    public async Task Pdu_OfTheSameSeed_IsWrongInTheSameBit()
    {
        using var disk = await OpenAsync();
        var rule = new JsonObject { ["kind"] = "corrupted_pdu", ["volume"] = disk.Volume, ["silent"] = true, ["count_max"] = 1, ["seed"] = 77 };
        await SetAsync(rule);
        var first = disk.Io.Read(0, 8);
        await SetAsync((JsonObject)rule.DeepClone());
        Assert.Equal(first, disk.Io.Read(0, 8));
        rule["seed"] = 78;
        await SetAsync(rule);
        Assert.NotEqual(first, disk.Io.Read(0, 8));
    }

    [Fact]
    public async Task Pdu_OutsideOfTheRange_IsLeftAlone()
    {
        using var disk = await OpenAsync();
        await SetAsync(new JsonObject { ["kind"] = "corrupted_pdu", ["volume"] = disk.Volume, ["silent"] = true, ["from"] = 4096, ["to"] = 8192 });
        Assert.Equal(0, WrongBits(disk.Io.Read(0, 8)));
        Assert.Equal(1, WrongBits(disk.Io.Read(8, 8)));
    }

    private async Task<NvmeDisk> OpenAsync()
    {
        var disk = await NvmeDisk.OpenAsync(target);
        Assert.Equal(StatusCode.Success, disk.Io.Write(0, [.. Enumerable.Repeat(Value, 512 * 1024)], parts: 2));
        return disk;
    }

    private async Task<string> SetAsync(JsonObject rule) => (await target.Management.PostAsync("faults", rule)).GetProperty("id").GetString()!;

    private async Task<(int Count, int PassedOver)> StateAsync(string id)
    {
        var fault = (await target.Management.GetAsync("faults")).GetProperty("faults").EnumerateArray().Single(one => one.GetProperty("id").GetString() == id);
        var passedOver = fault.GetProperty("passed_over").GetInt32();
        Assert.Equal(passedOver > 0 ? JsonValueKind.String : JsonValueKind.Null, fault.GetProperty("note").ValueKind);
        return (fault.GetProperty("count").GetInt32(), passedOver);
    }

    /// <summary>Reads, and holds what comes against its digests, where there are any.</summary>
    private static Found Receive(RawHost io, int blocks)
    {
        io.SendCapsule(io.Io(Opcode.Read, 0, blocks, blocks * 512), []);
        var (header, body) = io.ReceivePdu();
        var head = new byte[ControllerPdus.DataHeaderSize];
        header.Write(head);
        body.AsSpan(0, head.Length - PduHeader.Size).CopyTo(head.AsSpan(PduHeader.Size));
        var data = body.AsSpan(header.DataOffset - PduHeader.Size, blocks * 512);
        return new Found(
            !header.Flags.HasFlag(PduFlags.HeaderDigest) || Crc32C.Matches(body.AsSpan(head.Length - PduHeader.Size), Crc32C.Append(Crc32C.Start, head)),
            !header.Flags.HasFlag(PduFlags.DataDigest) || Crc32C.Matches(body.AsSpan(body.Length - Crc32C.Size), Crc32C.Append(Crc32C.Start, data)),
            WrongBits(data));
    }

    private static int WrongBits(ReadOnlySpan<byte> data)
    {
        var wrong = 0;
        foreach (var value in data)
            wrong += BitOperations.PopCount((uint)(value ^ Value));
        return wrong;
    }

    private readonly record struct Found(bool IsHeaderWhole, bool IsDataWhole, int WrongBits);
}
