using System.Text;
using System.Text.Json.Nodes;
using Lab.Manager.Tests.Fixtures;

namespace Lab.Manager.Tests.Http;

public sealed class ErrorShapeTests(TestCloud cloud)
{
    [Theory]
    [InlineData("compute/v2.1/nothing", """{"itemNotFound":{"code":404,"message":"The resource could not be found."}}""")]
    [InlineData("volume/v3/x/nothing", """{"itemNotFound":{"code":404,"message":"The resource could not be found."}}""")]
    [InlineData("network/v2.0/nothing", """{"NeutronError":{"type":"HTTPNotFound","message":"The resource could not be found.","detail":""}}""")]
    [InlineData("image/v2/nothing", """{"message":"The resource could not be found.","code":"404 Not Found","title":"Not Found"}""")]
    [InlineData("identity/v3/nothing", """{"error":{"code":404,"message":"The resource could not be found.","title":"Not Found"}}""")]
    [InlineData("nothing", """{"error":{"code":404,"message":"The resource could not be found.","title":"Not Found"}}""")]
    public async Task UnknownRoute_OfEachService_IsNotFoundInItsShape(string path, string expected)
    {
        var (status, body) = await cloud.As(TestCloud.Red).CallAsync("GET", path);

        Assert.Equal(404, status);
        Assert.Equal(expected, body.ToJsonString());
    }

    [Fact]
    public async Task UnknownRoute_OfBareMetal_PutsTheFaultIntoAString()
    {
        var (status, body) = await cloud.As(TestCloud.Red).CallAsync("GET", "baremetal/v1/nothing");

        Assert.Equal(404, status);
        var fault = JsonNode.Parse(body["error_message"]!.GetValue<string>())!;
        Assert.Equal("The resource could not be found.", fault["faultstring"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("network/v2.0/networks", null)]
    [InlineData("network/v2.0/networks", "no token")]
    [InlineData("image/v2/images", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    [InlineData("identity/v3/projects", null)]
    public async Task Request_WithoutAValidToken_IsUnauthorizedInKeystonesShape(string path, string? token)
    {
        using var client = cloud.Manager.CreateClient(token);
        using var response = await client.GetAsync(path);

        Assert.Equal(401, (int)response.StatusCode);
        Assert.Equal("Keystone", response.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal(
            """{"error":{"code":401,"message":"The request you have made requires authentication.","title":"Unauthorized"}}""",
            await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("network/v2.0/networks", "NeutronError")]
    [InlineData("network/v2.0/ports", "NeutronError")]
    [InlineData("image/v2/images", "message")]
    [InlineData("identity/v3/auth/tokens", "error")]
    public async Task MalformedJson_OfEachService_IsABadRequestInItsShape(string path, string member)
    {
        foreach (var json in (string[])["", "{", "[]", "null", "{\"a\":1,}", "{\"network\":[]}", "{\"port\":5,\"auth\":5,\"disk_format\":5}",
            string.Concat(Enumerable.Repeat("{\"a\":", 40)) + "1" + new string('}', 40), "{\"network\":{\"name\":\"\\ud800\"},\"name\":\"\\ud800\"}"])
        {
            var (status, body) = await cloud.As(TestCloud.Red).CallAsync("POST", path, json);

            Assert.True(status == 400, $"{json}: {status} {body.ToJsonString()}");
            Assert.True(body.ContainsKey(member), body.ToJsonString());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TooLargeJson_IsRefused(bool chunked)
    {
        var json = "{\"network\":{\"name\":\"" + new string('x', 2 * 1024 * 1024) + "\"}}";
        using var request = new HttpRequestMessage(HttpMethod.Post, "network/v2.0/networks")
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await cloud.As(TestCloud.Red).SendAsync(request);

        Assert.Equal(413, (int)response.StatusCode);
        Assert.Contains("NeutronError", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reader_MayReadAndNotChange()
    {
        Assert.Equal(200, (await cloud.As(TestCloud.RedReader).CallAsync("GET", "network/v2.0/networks")).Status);
        Assert.Equal(403, (await cloud.As(TestCloud.RedReader).CallAsync("POST", "network/v2.0/networks", """{"network":{"name":"x"}}""")).Status);
    }
}
