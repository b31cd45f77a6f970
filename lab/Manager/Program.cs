using Lab.Manager.Configuration;

const int Usage = 2;
var parsed = ManagerCommand.Create().Parse(args);
var code = await parsed.InvokeAsync();
return parsed.Errors.Count > 0 ? Usage : code;
