using System.Buffers.Binary;
using System.Net;
using System.Text.Json.Nodes;
using Lab.Emulators.Storage.Tests.Support;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.Tests.NvmeTcp;

/// <summary>DH-HMAC-CHAP message by message, laid out as Linux's include/linux/nvme.h has them.</summary>
public sealed class NvmeAuthenticationTests(TargetFixture target) : IClassFixture<TargetFixture>
{
    private const ushort Transaction = 0x1234;
    private const byte Failure1 = 0xf1;
    private const byte HashUnusable = 4;
    private const byte GroupUnusable = 5;
    private const byte AuthenticationFailed = 1;
    private const uint OwnSequence = 77;
    private const ulong AuthenticationRequired = 1 << 17;

    private static readonly string HostSecret = DhchapSecret.Format([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);
    private static readonly string ControllerSecret = DhchapSecret.Format([.. Enumerable.Range(50, 48).Select(i => (byte)i)]);

    [Theory]
    [InlineData(DhchapHash.Sha256, false)]
    [InlineData(DhchapHash.Sha384, true)]
    [InlineData(DhchapHash.Sha512, true)]
    public async Task Host_WithItsSecret_IsLetIn(DhchapHash hash, bool isMutual)
    {
        var parties = await ExportAsync(isMutual);
        using var host = await ConnectAsync(parties);
        Assert.Equal(StatusCode.AuthenticationRequired, host.SetProperty(0x14, 0x460001).Status);
        Assert.Equal(StatusCode.AuthenticationRequired, host.Execute(host.Entry(Opcode.Identify)).Status);

        var answer = Authenticate(host, parties, hash, isMutual, out var challenge);
        Assert.Equal((1, 3), (answer[0], answer[1]));
        Assert.Equal(isMutual ? 1 : 0, answer[8]);
        if (isMutual)
            Assert.Equal(Dhchap.ControllerResponse(hash, parties, challenge, OwnSequence, Transaction), answer[16..(16 + challenge.Length)]);
        Assert.Equal(StatusCode.Success, host.SetProperty(0x14, 0x460001).Status);
    }

    [Fact]
    public async Task Host_WithAnotherSecret_IsToldSo_AndEnded()
    {
        var parties = await ExportAsync(isMutual: false);
        using var host = await ConnectAsync(parties);
        var answer = Authenticate(host, parties with { HostSecret = parties.ControllerSecret }, DhchapHash.Sha256, isMutual: false, out _);
        Assert.Equal((0, Failure1, AuthenticationFailed), (answer[0], answer[1], answer[7]));
        host.ReceiveToTheEnd();
    }

    [Fact]
    public async Task Host_ThatAsksForAnUnknownController_IsEnded()
    {
        var parties = await ExportAsync(isMutual: false);
        using var host = await ConnectAsync(parties);
        var answer = Authenticate(host, parties, DhchapHash.Sha256, isMutual: true, out _);
        Assert.Equal((0, Failure1, AuthenticationFailed), (answer[0], answer[1], answer[7]));
        host.ReceiveToTheEnd();
    }

    [Theory]
    [InlineData(9, 0, HashUnusable)]
    [InlineData(1, 3, GroupUnusable)]
    public async Task Negotiation_OfNothingInCommon_Fails(byte hash, byte group, byte explanation)
    {
        var parties = await ExportAsync(isMutual: false);
        using var host = await ConnectAsync(parties);
        Send(host, Negotiation(hash, group));
        var answer = Receive(host, 2048);
        Assert.Equal((0, Failure1, explanation), (answer[0], answer[1], answer[7]));
        host.ReceiveToTheEnd();
    }

    [Fact]
    public async Task IoQueue_AuthenticatesItself_Too()
    {
        var parties = await ExportAsync(isMutual: false);
        using var admin = await ConnectAsync(parties);
        Authenticate(admin, parties, DhchapHash.Sha256, isMutual: false, out _);
        admin.SetProperty(0x14, 0x460001);
        using var io = await RawHost.ConnectAsync(target.Nvme);
        io.Initialize();
        var controller = BinaryPrimitives.ReadUInt16LittleEndian(admin.Identify(1).AsSpan(78));
        Assert.Equal(AuthenticationRequired, io.Connect(1, 128, controller, parties.Subnqn).Result & AuthenticationRequired);
        Assert.Equal(StatusCode.AuthenticationRequired, io.Execute(io.Entry(Opcode.Flush, 1)).Status);
        Assert.Equal(3, Authenticate(io, parties, DhchapHash.Sha256, isMutual: false, out _)[1]);
        Assert.Equal(StatusCode.Success, io.Execute(io.Entry(Opcode.Flush, 1)).Status);
    }

    [Fact]
    public async Task ControllerSecret_WithoutTheHosts_IsRefused()
    {
        var volume = await target.Management.CreateVolumeAsync(NvmeDisk.Size);
        await target.Management.PostAsync("exports", Export(volume, null, ControllerSecret), HttpStatusCode.BadRequest);
    }

    private async Task<DhchapParties> ExportAsync(bool isMutual)
    {
        var volume = await target.Management.CreateVolumeAsync(NvmeDisk.Size);
        var export = await target.Management.PostAsync("exports", Export(volume, HostSecret, isMutual ? ControllerSecret : null));
        Assert.DoesNotContain("DHHC", export.ToString(), StringComparison.Ordinal);
        return new DhchapParties(RawHost.Nqn, export.GetProperty("nvme").GetProperty("subnqn").GetString()!, DhchapSecret.Parse(HostSecret), DhchapSecret.Parse(ControllerSecret));
    }

    private static JsonObject Export(Guid volume, string? secret, string? controllerSecret)
    {
        var host = new JsonObject { ["nqn"] = RawHost.Nqn };
        if (secret is not null)
            host["secret"] = secret;
        if (controllerSecret is not null)
            host["controller_secret"] = controllerSecret;
        return new JsonObject { ["id"] = $"n-{volume:N}", ["volume_id"] = volume, ["hosts"] = new JsonArray(host) };
    }

    private async Task<RawHost> ConnectAsync(DhchapParties parties)
    {
        var host = await RawHost.ConnectAsync(target.Nvme);
        host.Initialize();
        var (status, result) = host.Connect(0, 32, ConnectData.AnyController, parties.Subnqn);
        Assert.Equal((StatusCode.Success, AuthenticationRequired), (status, result & AuthenticationRequired));
        return host;
    }

    /// <summary>The whole exchange; returns the controller's last word.</summary>
    private static byte[] Authenticate(RawHost host, DhchapParties parties, DhchapHash hash, bool isMutual, out byte[] ownChallenge)
    {
        Send(host, Negotiation((byte)hash, 0));
        var challenge = Receive(host, 2048);
        Assert.Equal((1, 1, (byte)hash, 0), (challenge[0], challenge[1], challenge[8], challenge[9]));
        Assert.Equal(Transaction, BinaryPrimitives.ReadUInt16LittleEndian(challenge.AsSpan(4)));
        var length = Dhchap.LengthOf(hash);
        Assert.Equal(length, challenge[6]);
        var sequence = BinaryPrimitives.ReadUInt32LittleEndian(challenge.AsSpan(12));
        var response = Dhchap.HostResponse(hash, parties, challenge[16..(16 + length)], sequence, Transaction);
        ownChallenge = [.. Enumerable.Range(0, length).Select(i => isMutual ? (byte)(i * 3) : (byte)0)];
        var reply = new byte[16];
        reply[0] = 1;
        reply[1] = 2;
        BinaryPrimitives.WriteUInt16LittleEndian(reply.AsSpan(4), Transaction);
        reply[6] = (byte)length;
        reply[8] = (byte)(isMutual ? 1 : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(reply.AsSpan(12), isMutual ? OwnSequence : 0);
        Send(host, [.. reply, .. response, .. ownChallenge]);
        return Receive(host, 2048);
    }

    private static byte[] Negotiation(byte hash, byte group)
    {
        var message = new byte[72];
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), Transaction);
        message[7] = 1;
        message[8] = 1;
        message[10] = 1;
        message[11] = 1;
        message[12] = hash;
        message[12 + 30] = group;
        return message;
    }

    private static void Send(RawHost host, byte[] message)
    {
        var entry = Entry(host, FabricsType.AuthenticationSend, message.Length);
        Assert.Equal(StatusCode.Success, host.Execute(entry, message).Status);
    }

    private static byte[] Receive(RawHost host, int length) =>
        host.ExecuteWithData(Entry(host, FabricsType.AuthenticationReceive, length), length);

    private static byte[] Entry(RawHost host, byte type, int length)
    {
        var entry = host.Entry(Opcode.Fabrics);
        entry[4] = type;
        entry[41] = 1;
        entry[42] = 1;
        entry[43] = 0xe9;
        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(44), length);
        return entry;
    }
}
