using System.CommandLine;
using Lab.Reports.Outputs;
using Lab.Reports.Qualification.Profiles;

namespace Lab.Cli.Commands;

/// <summary><c>lab qualify list</c> and <c>lab qualify show PROFILE</c>.</summary>
internal static class QualifyProfileCommands
{
    public static Command CreateList()
    {
        var json = CommonOptions.Json();
        var command = new Command("list", "Profiles that come with the lab. Example: lab qualify list") { json };
        command.SetAction(async (parsed, _) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var profiles = ShippedProfiles.Ids.Select(ProfileFile.Load).ToList();
            if (parsed.GetValue(json))
                await output.WriteAsync(JsonOutput.Render(profiles.Select(profile => new { profile.Id, profile.Title, Requirements = profile.Requirements.Count, profile.Digest })));
            else
                QualificationTables.Write(output, profiles);
            return ExitCodes.Ok;
        });
        return command;
    }

    public static Command CreateShow()
    {
        var name = new Argument<string>("PROFILE") { Description = "Id of a shipped profile, or path of one" };
        var json = CommonOptions.Json();
        var command = new Command("show", "What a profile asks for. Example: lab qualify show dpu-baremetal-1.0") { name, json };
        command.SetAction(async (parsed, _) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var profile = ProfileFile.Load(parsed.GetValue(name)!);
            if (parsed.GetValue(json))
                await output.WriteAsync(JsonOutput.Render(ProfileView.Of(profile)));
            else
                QualificationTables.Write(output, profile);
            return ExitCodes.Ok;
        });
        return command;
    }
}
