using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lab.Agent.Compute;

/// <summary>
/// Redfish (DSP0266) over the sideband, with the certificate that the system interface named and the credentials it gave. Both are asked
/// for again when the BMC no longer takes them.
/// </summary>
public sealed class RedfishClient(Uri address, BootstrapClient bootstrap, TimeProvider time) : IDisposable
{
    public const string ServiceRoot = "/redfish/v1/";
    private const int BodyBytesMax = 4 * 1024 * 1024;
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim turn = new(1, 1);
    private HttpClient? client;

    public async Task<JsonElement> GetAsync(string path, CancellationToken token)
    {
        var body = await SendAsync(HttpMethod.Get, path, null, token);
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new BmcException($"{path} is no JSON: {e.Message}", e);
        }
    }

    public async Task<string> GetTextAsync(string path, CancellationToken token) =>
        Encoding.UTF8.GetString(await SendAsync(HttpMethod.Get, path, null, token));

    public Task PostAsync(string path, JsonObject body, CancellationToken token) => SendAsync(HttpMethod.Post, path, body, token);

    public void Dispose()
    {
        client?.Dispose();
        turn.Dispose();
    }

    private async Task<byte[]> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken token)
    {
        await turn.WaitAsync(token);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var open = client ??= Open(await bootstrap.GetAsync(token));
                var (isTrusted, answer) = await TrySendAsync(open, method, path, body, token);
                if (isTrusted)
                    return answer;
                client.Dispose();
                client = null;
                if (attempt == 2)
                    throw new BmcException("the BMC takes neither the credentials nor shows the certificate that its system interface gave");
            }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <returns>Not trusted: the credentials or the certificate are not those of the BMC that answers.</returns>
    private async Task<(bool IsTrusted, byte[] Answer)> TrySendAsync(
        HttpClient open, HttpMethod method, string path, JsonObject? body, CancellationToken token)
    {
        using var request = new HttpRequestMessage(method, new Uri(address, path));
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var late = new CancellationTokenSource(TimeMax, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(token, late.Token);
        try
        {
            using var response = await open.SendAsync(request, both.Token);
            if (response.StatusCode == HttpStatusCode.Unauthorized)
                return (false, []);
            var answer = await response.Content.ReadAsByteArrayAsync(both.Token);
            if (!response.IsSuccessStatusCode)
                throw new BmcException($"{method} {path}: {(int)response.StatusCode} {ErrorMessage(answer)}");
            return (true, answer);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            return (false, []);
        }
        catch (HttpRequestException e)
        {
            throw new BmcException($"{method} {new Uri(address, path)}: {e.Message}", e);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw new BmcException($"{method} {new Uri(address, path)}: no answer within {TimeMax.TotalSeconds:0} s");
        }
    }

    private static HttpClient Open(BootstrapCredentials credentials)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                // The pin is the whole of the trust: a BMC signs its certificate itself.
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    certificate is X509Certificate2 shown
                    && CryptographicOperations.FixedTimeEquals(SHA256.HashData(shown.RawData), credentials.Fingerprint),
            },
        };
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.UserName}:{credentials.Password}"));
        return new HttpClient(handler)
        {
            MaxResponseContentBufferSize = BodyBytesMax,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Basic", basic) },
        };
    }

    /// <summary>DSP0266 §8.6: the message of the error, or the first of its extended information.</summary>
    private static string ErrorMessage(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var error = document.RootElement.GetProperty("error");
            if (error.TryGetProperty("@Message.ExtendedInfo", out var info) && info.GetArrayLength() > 0
                && info[0].TryGetProperty("Message", out var first))
                return first.ToString();
            return error.GetProperty("message").ToString();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return "";
        }
    }
}
