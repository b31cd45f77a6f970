using System.Diagnostics;

namespace Lab.Cli.Tests.Architecture;

/// <summary>A virtual machine cannot be raised in every place the tests run; that Ruby can read the file is known everywhere.</summary>
public sealed class VagrantfileTests
{
    [Fact]
    public async Task Vagrantfile_Syntax_IsRubys()
    {
        using var ruby = Process.Start(new ProcessStartInfo("ruby", ["-wc", Path.Combine(Repository.Root, "Vagrantfile")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var said = await ruby.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await ruby.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("", said);
        Assert.Equal(0, ruby.ExitCode);
    }
}
