using Lab.Cli;

return await LabCommandLine.InvokeAsync(args, Console.Out, Console.Error);
