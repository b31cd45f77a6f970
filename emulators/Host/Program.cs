using Lab.Emulators.Host;

var command = HostCommand.Create().Parse(args);
var exitCode = await command.InvokeAsync();
return command.Errors.Count > 0 ? HostCommand.UsageError : exitCode;
