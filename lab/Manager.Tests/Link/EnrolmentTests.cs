using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lab.Contracts.Link;
using Lab.Manager.Link;
using Lab.Manager.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Lab.Manager.Tests.Link;

public sealed class EnrolmentTests
{
    [Fact]
    public async Task Token_SpentByOneDpu_IsWorthlessToAnother()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        var token = await cloud.CreateTokenAsync();
        using var first = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var second = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.Equal(200, await EnrolAsync(cloud, token, "A1", first));
        Assert.Equal(403, await EnrolAsync(cloud, token, "A2", second));
        // The same key again: the first answer may have been lost.
        Assert.Equal(200, await EnrolAsync(cloud, token, "A1", first));
    }

    [Fact]
    public async Task Token_AskedForAtOnce_IsSpentOnce()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        var token = await cloud.CreateTokenAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return await EnrolAsync(cloud, token, "B" + i, key);
        }));

        Assert.Single(answers, status => status == 200);
        Assert.Equal(7, answers.Count(status => status == 403));
    }

    [Fact]
    public async Task Enrol_WithBadInput_IsRefused()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var tokens = cloud.Manager.Services.GetRequiredService<EnrolmentTokens>();
        var (_, expired) = await tokens.CreateAsync(TimeSpan.FromSeconds(-1), CancellationToken.None);
        var good = await cloud.CreateTokenAsync();

        Assert.Equal(403, await EnrolAsync(cloud, expired, "C1", key));
        Assert.Equal(403, await EnrolAsync(cloud, "no such token", "C1", key));
        Assert.Equal(400, await EnrolAsync(cloud, good, "C1", key, subject: "CN=C2"));
        Assert.Equal(400, await EnrolAsync(cloud, good, "../C1", key));
        using var client = FakeAgent.Client(cloud.Manager.LinkUrl, cloud.Manager.Authority);
        Assert.Equal(400, (await client.CallAsync("POST", LinkPaths.Enrol, "{nonsense")).Status);
        Assert.Equal(400, (await client.CallAsync("POST", LinkPaths.Enrol, """{"token": "x", "serial": "y", "certificateRequestPem": "z"}""")).Status);
        // None of it spent the token.
        Assert.Equal(200, await EnrolAsync(cloud, good, "C1", key));
    }

    [Fact]
    public async Task TokenCreation_ByATenant_IsForbidden()
    {
        await using var cloud = await ComputeCloud.StartAsync();

        Assert.Equal(403, (await cloud.Red.CallAsync("POST", "v1/enrolment-tokens", "{}")).Status);
        Assert.Equal(400, (await cloud.Admin.CallAsync("POST", "v1/enrolment-tokens", """{"expires_in_seconds": 0}""")).Status);
    }

    [Fact]
    public async Task Planes_ServeTheirOwnPathsAlone()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        using var agents = FakeAgent.Client(cloud.Manager.LinkUrl, cloud.Manager.Authority);

        Assert.Equal(404, (await agents.CallAsync("GET", "identity/v3")).Status);
        Assert.Equal(404, (await cloud.Admin.CallAsync("POST", LinkPaths.Enrol, "{}")).Status);
        Assert.Equal(404, (await cloud.Admin.CallAsync("GET", LinkPaths.Link)).Status);
        Assert.Equal(401, (await agents.CallAsync("GET", LinkPaths.Link)).Status);
    }

    [Fact]
    public async Task Link_WithACertificateOfAnEarlierEnrolment_IsRefused()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        var old = await cloud.AddNodeAsync();
        await using var renewed = await FakeAgent.EnrolAsync(cloud.Manager.LinkUrl, cloud.Manager.Authority, await cloud.CreateTokenAsync(), old.Serial);
        await renewed.ConnectAsync(cloud.Manager.LinkUrl);

        Assert.Equal(old.NodeId, renewed.NodeId);
        // One node, one agent: the older connection is closed.
        await old.Ended;
        await Assert.ThrowsAsync<WebSocketException>(() => old.DialAsync(cloud.Manager.LinkUrl));
    }

    private static async Task<int> EnrolAsync(ComputeCloud cloud, string token, string serial, ECDsa key, string? subject = null)
    {
        var request = new CertificateRequest(subject ?? "CN=" + serial.Replace("../", "", StringComparison.Ordinal), key, HashAlgorithmName.SHA256);
        using var client = FakeAgent.Client(cloud.Manager.LinkUrl, cloud.Manager.Authority);
        using var response = await client.PostAsJsonAsync(
            LinkPaths.Enrol, new EnrolRequest(token, serial, request.CreateSigningRequestPem()), LinkJson.Default.EnrolRequest);
        return (int)response.StatusCode;
    }
}
