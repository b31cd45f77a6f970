using System.Buffers;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Tests.Testbed;
using Lab.Protocols.Ipmi;

namespace Lab.Emulators.Bmc.Tests.Ipmi;

/// <summary>The DPU's way in: system interface, then Redfish on the sideband.</summary>
[Collection(BmcTestbed.Collection)]
public sealed class HostInterfaceTests(BmcTestbed bed)
{
    private const string System = "/redfish/v1/Systems/1";
    private const string HostInterface = "/redfish/v1/Managers/1/HostInterfaces/1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fingerprint_OverIpmi_IsTheCertificateOfTheRedfishService()
    {
        Assert.True(HostInterfaceCommands.TryReadFingerprint(await IpmiAsync(HostInterfaceCommands.FingerprintRequest(1)), out var fingerprint));
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(bed.CertificateFile);
        Assert.Equal(certificate.GetCertHash(HashAlgorithmName.SHA256), fingerprint);
        Assert.Equal(0xcb, (await IpmiAsync(HostInterfaceCommands.FingerprintRequest(2))).Completion);
    }

    [Fact]
    public async Task BootstrapAccount_OnTheSideband_IsGoodAndNowhereElse()
    {
        var (user, password) = await BootstrapAsync();
        using var sideband = bed.Client(sideband: true, user, password);
        Assert.Equal(HttpStatusCode.OK, (await sideband.GetAsync(System, Token)).StatusCode);
        using var main = bed.Client(sideband: false, user, password);
        Assert.Equal(HttpStatusCode.Unauthorized, (await main.GetAsync(System, Token)).StatusCode);

        // A session made on the sideband is no way around it.
        using var anonymous = bed.Client(sideband: true, userName: null);
        using var login = await anonymous.PostAsJsonAsync(
            "/redfish/v1/SessionService/Sessions", new JsonObject { ["UserName"] = user, ["Password"] = password }, Token);
        Assert.Equal(HttpStatusCode.Created, login.StatusCode);
        using var other = bed.Client(userName: null);
        other.DefaultRequestHeaders.Add("X-Auth-Token", login.Headers.GetValues("X-Auth-Token").Single());
        Assert.Equal(HttpStatusCode.Unauthorized, (await other.GetAsync(System, Token)).StatusCode);
    }

    [Fact]
    public async Task BootstrapAccount_OfALesserRole_ReadsAndChangesNothing()
    {
        await PatchAsync("""{"CredentialBootstrapping":{"RoleId":"ReadOnly"}}""");
        var (user, password) = await BootstrapAsync();
        await PatchAsync("""{"CredentialBootstrapping":{"RoleId":"Administrator"}}""");
        using var client = bed.Client(sideband: true, user, password);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(System, Token)).StatusCode);
        using var reset = await client.PostAsJsonAsync(System + "/Actions/ComputerSystem.Reset", new JsonObject { ["ResetType"] = "On" }, Token);
        Assert.Equal(["Base.1.22.InsufficientPrivilege"], await Redfish.RedfishServiceTests.MessagesAsync(reset, HttpStatusCode.Forbidden));
    }

    [Fact]
    public async Task Bootstrapping_Disabled_IsRefusedUntilEnabled()
    {
        await BootstrapAsync(keepEnabled: false);
        var refused = await IpmiAsync(HostInterfaceCommands.CredentialsRequest(keepEnabled: true));
        Assert.Equal(HostInterfaceCommands.BootstrappingDisabled, refused.Completion);
        var state = (await bed.GetAsync(HostInterface))["CredentialBootstrapping"]!;
        Assert.False(state["Enabled"]!.GetValue<bool>());
        await PatchAsync("""{"CredentialBootstrapping":{"Enabled":true}}""");
        await BootstrapAsync();
    }

    [Fact]
    public async Task SystemInterface_OtherCommands_AreAnsweredByTheirCompletionCodes()
    {
        var id = await IpmiAsync(new IpmiRequest(IpmiNetFn.App, 0, 0x01, ReadOnlyMemory<byte>.Empty));
        Assert.Equal((0, 11, 2), ((int)id.Completion, id.Data.Length, (int)id.Data.Span[4]));
        Assert.Equal(0xc1, (await IpmiAsync(new IpmiRequest(IpmiNetFn.App, 0, 0x7f, ReadOnlyMemory<byte>.Empty))).Completion);
        Assert.Equal(0xc1, (await IpmiAsync(new IpmiRequest(IpmiNetFn.GroupExtension, 0, 0x02, (byte[])[0xdc, 0xa5]))).Completion);
        Assert.Equal(0xc7, (await IpmiAsync(new IpmiRequest(IpmiNetFn.GroupExtension, 0, 0x02, (byte[])[0x52]))).Completion);
    }

    private async Task<(string User, string Password)> BootstrapAsync(bool keepEnabled = true)
    {
        var response = await IpmiAsync(HostInterfaceCommands.CredentialsRequest(keepEnabled));
        Assert.True(HostInterfaceCommands.TryReadCredentials(response, out var user, out var password));
        return (user, password);
    }

    private async Task PatchAsync(string body)
    {
        using var client = bed.Client();
        using var content = new StringContent(body, global::System.Text.Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.OK, (await client.PatchAsync(HostInterface, content, Token)).StatusCode);
    }

    private async Task<IpmiResponse> IpmiAsync(IpmiRequest request)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(bed.IpmiSocket), Token);
        // QEMU's greeting goes first; it has no answer.
        await socket.SendAsync(IpmiVmProtocol.Write(new IpmiVmCommand(IpmiVmCommands.Version, (byte[])[1])), Token);
        await socket.SendAsync(IpmiVmProtocol.Write(new IpmiVmMessage(0xa1, request.NetFn, request.Lun, request.Command, request.Data)), Token);
        var received = new List<byte>();
        var buffer = new byte[256];
        while (true)
        {
            var count = await socket.ReceiveAsync(buffer, Token);
            Assert.NotEqual(0, count);
            received.AddRange(buffer.AsSpan(0, count));
            var sequence = new ReadOnlySequence<byte>(received.ToArray());
            if (!IpmiVmProtocol.TryRead(ref sequence, out var frame))
                continue;
            var answer = Assert.IsType<IpmiVmMessage>(frame);
            Assert.Equal((0xa1, request.NetFn | 1, request.Command), (answer.Sequence, answer.NetFn, answer.Command));
            return answer.ToResponse();
        }
    }
}
