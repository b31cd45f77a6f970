using Lab.Emulators.Bmc;

var command = BmcCommand.Create().Parse(args);
var exitCode = await command.InvokeAsync();
return command.Errors.Count > 0 ? BmcCommand.UsageError : exitCode;
