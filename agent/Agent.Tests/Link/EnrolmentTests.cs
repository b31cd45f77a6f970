using System.Security.Cryptography;
using Lab.Agent.Link;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lab.Agent.Tests.Link;

public sealed class EnrolmentTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("agent-state-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Token_GivenOnce_BringsACertificateThatTheNextStartUses()
    {
        await using var manager = await TestManager.StartAsync(Token);
        using var certificate = await Enroller(manager.Options("SN1")).GetCertificateAsync(manager.NewToken(), Token);
        Assert.Equal("CN=SN1", certificate.Subject);
        Assert.True(certificate.HasPrivateKey);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(directory, "agent.key")));

        using var again = await Enroller(manager.Options("SN1")).GetCertificateAsync(null, Token);
        Assert.Equal(certificate.Thumbprint, again.Thumbprint);
    }

    [Fact]
    public async Task Token_Missing_IsSaidWithWhatToDo()
    {
        await using var manager = await TestManager.StartAsync(Token);
        var e = await Assert.ThrowsAsync<EnrolmentException>(() => Enroller(manager.Options("SN1")).GetCertificateAsync("", Token));
        Assert.Contains(Agent.Link.Enroller.TokenVariable, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_Spent_IsRefusedAndLeavesNoCertificate()
    {
        await using var manager = await TestManager.StartAsync(Token);
        await Assert.ThrowsAsync<EnrolmentException>(() => Enroller(manager.Options("SN1")).GetCertificateAsync("spent", Token));
        Assert.False(File.Exists(Path.Combine(directory, "agent.crt")));
    }

    [Fact]
    public async Task Manager_WithAnotherCertificate_GetsNoToken()
    {
        await using var manager = await TestManager.StartAsync(Token);
        await using var impostor = await TestManager.StartAsync(Token);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var enrolling = Enroller(impostor.Options("SN1", manager.CaFile)).GetCertificateAsync(manager.NewToken(), patience.Token);
        patience.CancelAfter(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => enrolling);
        Assert.False(File.Exists(Path.Combine(directory, "agent.crt")));
    }

    [Fact]
    public async Task Manager_KnownByItsPin_IsTrusted()
    {
        await using var manager = await TestManager.StartAsync(Token);
        var pin = "sha256:" + Convert.ToHexString(SHA256.HashData(manager.ServerCertificate.RawData));
        using var certificate = await Enroller(manager.Options("SN1", pin)).GetCertificateAsync(manager.NewToken(), Token);
        Assert.Equal("CN=SN1", certificate.Subject);
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private Enroller Enroller(ManagerLinkOptions options) =>
        new(options, new AgentIdentity(directory, TimeProvider.System), TimeProvider.System, new Random(1), NullLogger<Enroller>.Instance);
}
