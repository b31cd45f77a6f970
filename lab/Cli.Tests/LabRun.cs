namespace Lab.Cli.Tests;

/// <summary>What one call of <c>lab</c> came to.</summary>
internal sealed record LabRun(int Code, string Output, string Error)
{
    public static async Task<LabRun> OfAsync(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await LabCommandLine.InvokeAsync(args, output, error, TestContext.Current.CancellationToken);
        return new LabRun(code, output.ToString(), error.ToString());
    }
}
