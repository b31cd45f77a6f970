using Lab.Emulators.Storage.Commands;

return await ServeCommand.RunAsync(args);
