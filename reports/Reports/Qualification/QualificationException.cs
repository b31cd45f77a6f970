namespace Lab.Reports.Qualification;

/// <summary>Runs, deviations, statements or keys that cannot be used for what was asked; the message says which, why and how to mend it.</summary>
public sealed class QualificationException(string message) : Exception(message);
