using Lab.Manager.Configuration;

return await ManagerCommand.Create().Parse(args).InvokeAsync();
