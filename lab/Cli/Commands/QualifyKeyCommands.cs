using System.CommandLine;
using Lab.Reports.Outputs;
using Lab.Reports.Qualification;
using Lab.Reports.Qualification.Statements;

namespace Lab.Cli.Commands;

/// <summary><c>lab qualify keygen FILE</c> and <c>lab qualify verify DIR --key PUB</c>.</summary>
internal static class QualifyKeyCommands
{
    public static Command CreateKeygen()
    {
        var file = new Argument<string>("FILE") { Description = "Private key to make (PEM, PKCS #8, mode 0600); the public one is FILE.pub" };
        var command = new Command("keygen", "Makes an Ed25519 key to sign statements with. Example: lab qualify keygen lab.pem") { file };
        command.SetAction((parsed, _) => QualifyCommand.UsageOf(async () =>
        {
            var path = Path.GetFullPath(parsed.GetValue(file)!);
            SigningKey.Generate(path);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"private key: {path}{Environment.NewLine}public key:  {path}{SigningKey.PublicSuffix}");
            return ExitCodes.Ok;
        }));
        return command;
    }

    public static Command CreateVerify()
    {
        var directory = new Argument<string>("DIR") { Description = "Directory of a statement" };
        var key = new Option<string>("--key") { Description = "Public key of whoever signed it", Required = true };
        var run = new Option<string[]>("--run") { Description = "Run directory of a session: check the files the statement leans on, too" };
        var json = CommonOptions.Json();
        var command = new Command("verify", "Says whether a statement is as it was signed. Exit code 1 when anything was changed. Example: lab qualify verify runs/20260102T030405Z-nightly-3f2a91-dpu-baremetal-1.0 --key lab.pem.pub")
        {
            directory, key, run, json,
        };
        command.SetAction((parsed, _) => QualifyCommand.UsageOf(async () =>
        {
            var (output, error, path) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue(directory)!);
            if (!Directory.Exists(path))
                throw new QualificationException($"there is no directory {path}");
            var problems = StatementVerifier.Verify(path, SigningKey.LoadPublic(parsed.GetValue(key)!));
            // What is not signed says nothing of its evidence.
            if (problems.Count == 0 && parsed.GetValue(run) is { Length: > 0 } runs)
                problems = StatementVerifier.VerifyEvidence(StatementFiles.Read(path), runs);
            if (parsed.GetValue(json))
                await output.WriteAsync(JsonOutput.Render(new { Verified = problems.Count == 0, Problems = problems }));
            else
                foreach (var problem in problems)
                    await error.WriteLineAsync($"lab: {problem}");
            if (problems.Count > 0)
                return ExitCodes.Failed;
            if (!parsed.GetValue(json))
            {
                var statement = StatementFiles.Read(path);
                await output.WriteLineAsync($"verified: {statement.Device.Name}, {statement.Profile.Name}-{statement.Profile.Version}: {Words.Of(statement.Verdict)}");
            }
            return ExitCodes.Ok;
        }));
        return command;
    }
}
