using System.Net;
using System.Security.Cryptography.X509Certificates;
using Lab.Harness.Pki;
using Lab.Harness.Processes;

namespace Lab.Harness.Tests.Pki;

public sealed class TestbedAuthorityTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("lab-pki-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private IssuedFiles Issue(TestbedAuthority authority, string name, IPAddress? address) => authority.Issue(Path.Combine(directory, name), name, address);

    [Fact]
    public void Issue_OfFiles_KeepsTheKeyFromOthers()
    {
        using var authority = new TestbedAuthority("t", TimeProvider.System);
        var files = Issue(authority, "storage", IPAddress.Loopback);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(files.Key));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(files.Key)!));
        using var pair = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        Assert.True(pair.HasPrivateKey);
        Assert.All(Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Where(f => f != files.Key),
            file => Assert.DoesNotContain("PRIVATE", File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public void Chain_OfTheAuthority_IsAcceptedAndNoOther()
    {
        using var ours = new TestbedAuthority("t", TimeProvider.System);
        using var others = new TestbedAuthority("t", TimeProvider.System);
        var files = Issue(ours, "ours", IPAddress.Loopback);
        using var authority = X509CertificateLoader.LoadCertificateFromFile(files.Authority);
        using var issued = X509CertificateLoader.LoadCertificateFromFile(files.Certificate);
        using var foreign = X509CertificateLoader.LoadCertificateFromFile(Issue(others, "others", IPAddress.Loopback).Certificate);
        Assert.True(TestbedAuthority.IsIssuedBy(authority, issued));
        Assert.False(TestbedAuthority.IsIssuedBy(authority, foreign));
        Assert.False(TestbedAuthority.IsIssuedBy(authority, null));
    }

    [Theory]
    [InlineData("sslserver", "10.20.0.2", true)]
    [InlineData("sslclient", "10.20.0.2", false)]
    [InlineData("sslclient", null, true)]
    [InlineData("sslserver", null, false)]
    public async Task Certificate_JudgedByOpenSsl_ServesItsPurposeAlone(string purpose, string? address, bool accepted)
    {
        using var authority = new TestbedAuthority("t", TimeProvider.System);
        var files = Issue(authority, "process", address is null ? null : IPAddress.Parse(address));
        List<string> arguments = ["verify", "-x509_strict", "-CAfile", files.Authority, "-purpose", purpose];
        if (address is not null)
            arguments.AddRange(["-verify_ip", address]);
        var verdict = await Tool.TryRunAsync("openssl", [.. arguments, files.Certificate], Token);
        Assert.True(accepted == (verdict.ExitCode == 0), verdict.Output + verdict.Error);
    }
}
