using System.Text;
using Lab.Reports.Html;

namespace Lab.Reports.Qualification.Statements;

/// <summary>Writes a statement's directory: JSON, page, print, their manifest, and signatures where there is a key.</summary>
public static class StatementWriter
{
    /// <param name="key">Null: unsigned.</param>
    /// <param name="pdf">False leaves the print out, which needs a browser.</param>
    /// <exception cref="PdfException">The browser that prints did not.</exception>
    public static async Task WriteAsync(QualificationStatement statement, string directory, SigningKey? key, bool pdf, TimeProvider time, CancellationToken cancel)
    {
        var files = new Dictionary<string, byte[]>
        {
            [StatementFiles.Json] = StatementJson.Serialize(statement),
            [StatementFiles.Html] = Encoding.UTF8.GetBytes(await HtmlOutput.RenderAsync(statement, links: true)),
        };
        // A printed link would be an address on this machine.
        if (pdf)
            files[StatementFiles.Pdf] = await PdfPrinter.PrintAsync(await HtmlOutput.RenderAsync(statement, links: false), statement.To, time, cancel);
        files[StatementFiles.Manifest] = StatementJson.Serialize(StatementManifest.Of(files));
        if (key is not null)
            foreach (var name in new[] { StatementFiles.Json, StatementFiles.Manifest })
                files[name + StatementFiles.SignatureSuffix] = key.Sign(files[name]);

        Directory.CreateDirectory(directory);
        // A signature or print of an earlier statement must not stand beside this one.
        foreach (var name in Names().Except(files.Keys))
            File.Delete(Path.Combine(directory, name));
        foreach (var (name, content) in files)
            await File.WriteAllBytesAsync(Path.Combine(directory, name), content, cancel);
    }

    private static IEnumerable<string> Names() =>
    [
        StatementFiles.Json, StatementFiles.Html, StatementFiles.Pdf, StatementFiles.Manifest,
        StatementFiles.Json + StatementFiles.SignatureSuffix, StatementFiles.Manifest + StatementFiles.SignatureSuffix,
    ];
}
