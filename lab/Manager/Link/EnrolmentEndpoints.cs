using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Lab.Contracts.Link;
using Lab.Manager.Database;
using Lab.Manager.Http;
using Lab.Manager.Pki;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Link;

/// <summary>Enrolment: an administrator makes a token, an agent spends it for a client certificate.</summary>
internal static partial class EnrolmentEndpoints
{
    private const int CertificateRequestLengthMax = 16 * 1024;

    public static void MapEnrolment(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(ApiPaths.AdminV1 + "/enrolment-tokens", CreateTokenAsync);
        routes.MapPost(LinkPaths.Enrol, EnrolAsync).WithMetadata(new LinkPlaneAttribute());
    }

    private static async Task<IResult> CreateTokenAsync(HttpRequest request, RequestContext asker, EnrolmentTokens tokens, CancellationToken token)
    {
        asker.RequireAdmin();
        var lifetime = EnrolmentTokens.DefaultLifetime;
        if (request.ContentLength is not 0)
        {
            var body = await JsonBody.ReadAsync(request, token);
            if (body.OptionalInteger("expires_in_seconds", 1, (long)EnrolmentTokens.LifetimeMax.TotalSeconds) is { } seconds)
                lifetime = TimeSpan.FromSeconds(seconds);
        }
        var (kept, text) = await tokens.CreateAsync(lifetime, token);
        return Results.Json(
            new JsonObject
            {
                ["enrolment_token"] = new JsonObject
                {
                    ["id"] = kept.Id.ToString(),
                    ["token"] = text,
                    ["expires_at"] = kept.ExpiresAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                },
            },
            statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> EnrolAsync(
        HttpRequest request, CertificateAuthority authority, IDbContextFactory<ManagerDbContext> contexts, TimeProvider time, CancellationToken token)
    {
        var body = await JsonBody.ReadAsync(request, token);
        var secret = body.String("token");
        var serial = body.String("serial");
        if (!SerialPattern().IsMatch(serial))
            throw body.Wrong("serial", "1 to 64 letters, digits, dots, dashes or underscores");
        var key = SubjectKey(body, serial);

        await using var context = await contexts.CreateDbContextAsync(token);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        var now = time.GetUtcNow();
        if (!await EnrolmentTokens.TrySpendAsync(context, secret, key, now, token))
            throw ApiException.Forbidden("The enrolment token is unknown, expired or spent.");
        using var certificate = authority.IssueClient(body.String("certificateRequestPem", CertificateRequestLengthMax), serial);
        await StoreCredentialAsync(context, serial, certificate, now, token);
        await transaction.CommitAsync(token);
        return Results.Json(new EnrolReply(certificate.ExportCertificatePem(), authority.CertificatePem), LinkJson.Default.EnrolReply);
    }

    private static string SubjectKey(JsonBody body, string serial)
    {
        try
        {
            var asked = CertificateRequest.LoadSigningRequestPem(
                body.String("certificateRequestPem", CertificateRequestLengthMax), HashAlgorithmName.SHA256, signerSignaturePadding: RSASignaturePadding.Pkcs1);
            if (new X500DistinguishedName(asked.SubjectName.RawData).Name != "CN=" + serial)
                throw body.Wrong("certificateRequestPem", "a request whose subject is CN=<serial>");
            return Convert.ToHexStringLower(SHA256.HashData(asked.PublicKey.ExportSubjectPublicKeyInfo()));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw body.Wrong("certificateRequestPem", "a PKCS#10 request signed by its own key");
        }
    }

    private static async Task StoreCredentialAsync(
        ManagerDbContext context, string serial, X509Certificate2 certificate, DateTimeOffset now, CancellationToken token)
    {
        var thumbprint = certificate.GetCertHashString(HashAlgorithmName.SHA256);
        if (await context.Set<AgentCredential>().FindAsync([serial], token) is { } known)
            (known.Thumbprint, known.IssuedAt) = (thumbprint, now);
        else
            context.Add(new AgentCredential { Serial = serial, Thumbprint = thumbprint, IssuedAt = now });
        await context.SaveChangesAsync(token);
    }

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex SerialPattern();
}
