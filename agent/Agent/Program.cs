using Lab.Agent;

var parsed = AgentCommand.Create().Parse(args);
var exitCode = await parsed.InvokeAsync();
// System.CommandLine answers a bad command line with 1; this repo's programs answer it with 2.
return parsed.Errors.Count > 0 ? 2 : exitCode;
