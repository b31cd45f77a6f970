using Lab.Reports.Qualification;
using Lab.Reports.Qualification.Statements;

namespace Lab.Reports.Serve;

/// <summary>A statement in the list; <see cref="Error"/> instead of the rest where it cannot be read.</summary>
public sealed record ServedStatement(string Directory, QualificationStatement? Statement, string? Error)
{
    public static ServedStatement Read(string directory)
    {
        var name = Path.GetFileName(directory);
        try
        {
            return new ServedStatement(name, StatementFiles.Read(directory), null);
        }
        catch (QualificationException error)
        {
            return new ServedStatement(name, null, error.Message);
        }
    }
}
