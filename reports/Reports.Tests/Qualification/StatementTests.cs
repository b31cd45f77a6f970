using System.Diagnostics;
using System.Text;
using Lab.Contracts.Runs;
using Lab.Reports.Qualification;
using Lab.Reports.Qualification.Evaluation;
using Lab.Reports.Qualification.Profiles;
using Lab.Reports.Qualification.Statements;

namespace Lab.Reports.Tests.Qualification;

public sealed class StatementTests : QualificationFixture
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Key
    {
        get
        {
            var path = Path.Combine(Runs, "lab.pem");
            if (!File.Exists(path))
                SigningKey.Generate(path);
            return path;
        }
    }

    private async Task<string> WriteAsync(QualificationStatement statement, string name, bool pdf)
    {
        var directory = Path.Combine(Runs, name);
        using var key = SigningKey.Load(Key);
        await StatementWriter.WriteAsync(statement, directory, key, pdf, TimeProvider.System, Token);
        return directory;
    }

    private IReadOnlyList<string> Verify(string directory) => StatementVerifier.Verify(directory, SigningKey.LoadPublic(Key + SigningKey.PublicSuffix));

    [Fact]
    public async Task Statement_WrittenTwice_IsTheSameByteForByte()
    {
        var runs = new[] { new NightlySession().Write(Runs), new NightlySession { Broken = { "taps after 80 cycles" } }.Write(Runs, 2), new NightlySession().Write(Runs, 3) };
        QualificationStatement Judged(IEnumerable<string> directories) =>
            Qualifier.Evaluate(ProfileFile.Load(Shipped), [.. directories.Select(RunReader.Read)], [new Deviation("PLUG-3", "j", "Ada", new DateOnly(2026, 2, 3))]);
        var first = await WriteAsync(Judged(runs), "first", pdf: true);
        var second = await WriteAsync(Judged(runs.Reverse()), "second", pdf: true);
        Assert.Equal(
            ["manifest.json", "manifest.json.sig", "statement.html", "statement.json", "statement.json.sig", "statement.pdf"],
            Directory.EnumerateFiles(first).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (var file in Directory.EnumerateFiles(first))
            Assert.True(File.ReadAllBytes(file).SequenceEqual(File.ReadAllBytes(Path.Combine(second, Path.GetFileName(file)))), $"{file} differs");
        var print = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Path.Combine(first, StatementFiles.Pdf), Token));
        Assert.StartsWith("%PDF-", print, StringComparison.Ordinal);
        Assert.Contains($"/CreationDate (D:{Judged(runs).To.UtcDateTime:yyyyMMddHHmmss}+00'00')", print, StringComparison.Ordinal);
        Assert.DoesNotContain("file://", print, StringComparison.Ordinal);
        Assert.Empty(Verify(first));
        AssertTampering(first);
    }

    // Any byte of any file.
    private void AssertTampering(string directory)
    {
        foreach (var file in Directory.EnumerateFiles(directory))
        {
            var content = File.ReadAllBytes(file);
            foreach (var at in new[] { 0, content.Length / 3, content.Length - 1 })
            {
                var changed = content.ToArray();
                changed[at] ^= 1;
                File.WriteAllBytes(file, changed);
                Assert.NotEmpty(Verify(directory));
            }
            File.WriteAllBytes(file, [.. content, (byte)'\n']);
            Assert.NotEmpty(Verify(directory));
            File.Delete(file);
            Assert.NotEmpty(Verify(directory));
            File.WriteAllBytes(file, content);
        }
        Assert.Empty(Verify(directory));
    }

    [Fact]
    public async Task Signature_InTheEyesOfOpenSsl_IsGoodUntilTheFileChanges()
    {
        var directory = await WriteAsync(Shipped3(), "s", pdf: false);
        foreach (var file in new[] { StatementFiles.Json, StatementFiles.Manifest })
        {
            Assert.Equal(0, await OpenSslAsync(directory, file));
            await File.AppendAllTextAsync(Path.Combine(directory, file), " ", Token);
            Assert.NotEqual(0, await OpenSslAsync(directory, file));
        }
    }

    [Fact]
    public async Task Key_MadeByOpenSsl_Signs()
    {
        var path = Path.Combine(Runs, "foreign.pem");
        await RunAsync("openssl", "genpkey", "-algorithm", "ed25519", "-out", path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var key = SigningKey.Load(path);
        Assert.True(SigningKey.Verify(key.Public, "x"u8, key.Sign("x"u8)));
        Assert.False(SigningKey.Verify(key.Public, "y"u8, key.Sign("x"u8)));
    }

    [Fact]
    public void Key_IsTheOwnersAlone()
    {
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Key));
        Assert.Contains("is there already", Assert.Throws<QualificationException>(() => SigningKey.Generate(Key)).Message, StringComparison.Ordinal);
        File.SetUnixFileMode(Key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", Assert.Throws<QualificationException>(() => SigningKey.Load(Key)).Message, StringComparison.Ordinal);
        Assert.Contains("no Ed25519 public key", Assert.Throws<QualificationException>(() => SigningKey.LoadPublic(Key)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statement_WithoutAKey_IsNotVerified()
    {
        var directory = await WriteAsync(Shipped3(), "s", pdf: false);
        await StatementWriter.WriteAsync(StatementFiles.Read(directory), directory, null, pdf: false, TimeProvider.System, Token);
        Assert.Contains("manifest.json is not signed: manifest.json.sig is missing", Verify(directory));
    }

    [Fact]
    public async Task Verify_WithAnotherKey_RefusesAndAnAddedPrintToo()
    {
        var directory = await WriteAsync(Shipped3(), "s", pdf: false);
        SigningKey.Generate(Path.Combine(Runs, "other.pem"));
        Assert.NotEmpty(StatementVerifier.Verify(directory, SigningKey.LoadPublic(Path.Combine(Runs, "other.pem.pub"))));
        await File.WriteAllTextAsync(Path.Combine(directory, StatementFiles.Pdf), "%PDF-", Token);
        Assert.Equal(["statement.pdf was added"], Verify(directory));
    }

    [Fact]
    public void Evidence_ThatChangedSince_IsFound()
    {
        var runs = new[] { new NightlySession().Write(Runs), new NightlySession().Write(Runs, 2), new NightlySession().Write(Runs, 3) };
        var statement = Qualifier.Evaluate(ProfileFile.Load(Shipped), [.. runs.Select(RunReader.Read)], []);
        Assert.Empty(StatementVerifier.VerifyEvidence(statement, runs));
        Assert.Contains("give --run for its session", StatementVerifier.VerifyEvidence(statement, runs[..2])[0], StringComparison.Ordinal);
        File.AppendAllText(Path.Combine(runs[1], "captures/two-tenants.pcap"), "x");
        File.Delete(Path.Combine(runs[2], "captures/one-tenant.pcap"));
        Assert.Equal(
            [$"{Path.GetFileName(runs[1])}/captures/two-tenants.pcap was changed", $"{Path.GetFileName(runs[2])}/captures/one-tenant.pcap is missing"],
            StatementVerifier.VerifyEvidence(statement, runs).Order(StringComparer.Ordinal).OrderByDescending(problem => problem.EndsWith("changed", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Statement_ReadBack_IsTheSame()
    {
        var statement = Shipped3(session => session.Failed[MetricNames.BootTotal] = 3, [new Deviation("BOOT-2", "j", "Ada", new DateOnly(2026, 2, 3))]);
        var directory = await WriteAsync(statement, "s", pdf: false);
        Assert.Equal(StatementJson.Serialize(statement), StatementJson.Serialize(StatementFiles.Read(directory)));
    }

    [Theory]
    [InlineData("{", "JSON")]
    [InlineData("{\"format\":\"x\"}", "missing required properties")]
    [InlineData("null", "null")]
    public void Statement_ThatIsNone_IsRefused(string json, string says)
    {
        var file = Path.Combine(Runs, "x.json");
        File.WriteAllText(file, json);
        Assert.Contains(says, Assert.Throws<QualificationException>(() => StatementFiles.Read(file)).Message, StringComparison.Ordinal);
        Assert.Contains("is no statement", Assert.Throws<QualificationException>(() => StatementFiles.Read(Runs)).Message, StringComparison.Ordinal);
    }

    private Task<int> OpenSslAsync(string directory, string file) => RunAsync(
        "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", Key + SigningKey.PublicSuffix, "-rawin",
        "-in", Path.Combine(directory, file), "-sigfile", Path.Combine(directory, file + StatementFiles.SignatureSuffix));

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(Token), process.StandardError.ReadToEndAsync(Token));
        await process.WaitForExitAsync(Token);
        return process.ExitCode;
    }
}
