using Lab.Emulators.Dpu;

const int usage = 2;

var parsed = DpudCommand.Create().Parse(args);
var code = await parsed.InvokeAsync();
return parsed.Errors.Count > 0 ? usage : code;
