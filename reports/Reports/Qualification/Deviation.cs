namespace Lab.Reports.Qualification;

/// <summary>Somebody's decision that a device need not fulfil a requirement for now.</summary>
/// <param name="Until">Last day it holds, UTC.</param>
public sealed record Deviation(string Requirement, string Justification, string GrantedBy, DateOnly Until);
