namespace Lab.Reports.Qualification.Statements;

/// <summary>The browser that prints is missing or did not print; an <see cref="IOException"/>, for it is no fault of what is printed.</summary>
public sealed class PdfException(string message) : IOException(message);
