using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lab.Agent.Reconcile;
using Lab.Contracts.Link;
using Microsoft.Extensions.Logging;

namespace Lab.Agent.Link;

/// <summary>The agent cannot enrol by itself; the message says what to do.</summary>
public sealed class EnrolmentException(string message) : Exception(message);

/// <summary>Gets the agent its certificate, once, for a one-time token. An agent that has one needs no token.</summary>
public sealed class Enroller(ManagerLinkOptions options, AgentIdentity identity, TimeProvider time, Random random, ILogger<Enroller> log)
{
    public const string TokenVariable = "LAB_ENROL_TOKEN";
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(15);

    /// <param name="oneTimeToken">Null or empty when none was given.</param>
    /// <exception cref="EnrolmentException">There is no token, or the manager refused it. An unreachable manager is tried again.</exception>
    public async Task<X509Certificate2> GetCertificateAsync(string? oneTimeToken, CancellationToken token)
    {
        if (identity.Load() is { } certificate)
            return certificate;
        if (string.IsNullOrEmpty(oneTimeToken))
            throw new EnrolmentException(
                $"this agent has no certificate yet: create an enrolment token for {options.Serial} at the manager and start the agent with it in {TokenVariable}");
        var request = new EnrolRequest(oneTimeToken, options.Serial, identity.CreateRequestPem(options.Serial));
        var backoff = new Backoff(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(15), random);
        using var client = OpenClient();
        while (true)
        {
            try
            {
                return await EnrolAsync(client, request, token);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !token.IsCancellationRequested)
            {
                var wait = backoff.Next();
                log.NoLink(options.Manager, e.Message, wait.TotalSeconds);
                await Task.Delay(wait, time, token);
            }
        }
    }

    private async Task<X509Certificate2> EnrolAsync(HttpClient client, EnrolRequest request, CancellationToken token)
    {
        using var response = await client.PostAsJsonAsync(options.EnrolAddress, request, LinkJson.Default.EnrolRequest, token);
        if ((int)response.StatusCode is >= 400 and < 500)
            throw new EnrolmentException(
                $"the manager refused to enrol {options.Serial} ({(int)response.StatusCode} {response.ReasonPhrase}): "
                + $"create a new token and start the agent with it in {TokenVariable}");
        response.EnsureSuccessStatusCode();
        try
        {
            var reply = await response.Content.ReadFromJsonAsync(LinkJson.Default.EnrolReply, token)
                ?? throw new EnrolmentException("the manager's enrolment reply is empty");
            var certificate = identity.Store(reply.CertificatePem);
            log.Enrolled(options.Serial, options.Manager);
            return certificate;
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or CryptographicException or ArgumentException)
        {
            throw new EnrolmentException($"the manager's enrolment reply cannot be used: {e.Message}");
        }
    }

    private HttpClient OpenClient() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, errors) => options.Trust.Accepts(certificate, errors) },
    })
    {
        Timeout = TimeMax,
    };
}
