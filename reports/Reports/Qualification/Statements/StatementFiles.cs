namespace Lab.Reports.Qualification.Statements;

/// <summary>Names within a statement's directory.</summary>
public static class StatementFiles
{
    public const string Json = "statement.json";
    public const string Html = "statement.html";
    public const string Pdf = "statement.pdf";
    public const string Manifest = "manifest.json";

    /// <summary>Added to the name of a signed file: the 64 bytes of its Ed25519 signature (RFC 8032 §5.1.6).</summary>
    public const string SignatureSuffix = ".sig";

    /// <summary>Directory of a statement beside the runs it is of, so that its links reach them.</summary>
    public static string DefaultDirectory(QualificationStatement statement, string runsDirectory) =>
        Path.Combine(runsDirectory, $"{statement.Sessions[^1].Run}-{statement.Profile.Name}-{statement.Profile.Version}");

    /// <summary>A statement by its directory or file.</summary>
    /// <exception cref="QualificationException">There is none.</exception>
    public static QualificationStatement Read(string path)
    {
        var file = Directory.Exists(path) ? Path.Combine(path, Json) : path;
        if (!File.Exists(file))
            throw new QualificationException($"{path} is no statement: neither a directory with {Json} nor such a file");
        if (new FileInfo(file).Length > BytesMax)
            throw new QualificationException($"{file} is larger than {BytesMax} bytes");
        var statement = StatementJson.Parse<QualificationStatement>(File.ReadAllBytes(file), file);
        return statement.Format == QualificationStatement.CurrentFormat
            ? statement
            : throw new QualificationException($"{file} is of format {statement.Format}; this program reads {QualificationStatement.CurrentFormat}");
    }

    /// <summary>Of a statement over a hundred sessions, many times over.</summary>
    private const long BytesMax = 256L << 20;
}
