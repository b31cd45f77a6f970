using System.Security.Cryptography;
using Lab.Reports.Qualification.Statements;

namespace Lab.Reports.Qualification.Evaluation;

/// <summary>Digests of the files that findings point to.</summary>
internal sealed class EvidenceList
{
    private readonly SortedDictionary<string, EvidenceFile> files = new(StringComparer.Ordinal);

    public IReadOnlyList<EvidenceFile> Files => [.. files.Values];

    /// <summary>Takes the digests of a finding's files. What cannot be shown was not tested: a pass whose evidence is missing is none.</summary>
    public SessionFinding Secure(Session session, SessionFinding finding)
    {
        var missing = finding.Evidence.Where(file => !Add(session, file)).ToList();
        return missing.Count == 0 ? finding : finding with
        {
            Outcome = finding.Outcome == Outcome.Pass ? Outcome.NotTested : finding.Outcome,
            Reason = $"{finding.Reason}; its evidence is missing: {string.Join(", ", missing)}",
            Evidence = [.. finding.Evidence.Except(missing)],
        };
    }

    private bool Add(Session session, string file)
    {
        var key = $"{session.Id}/{file}";
        if (files.ContainsKey(key))
            return true;
        var path = Path.Combine(session.Directory, file);
        if (!File.Exists(path))
            return false;
        using var content = File.OpenRead(path);
        files[key] = new EvidenceFile(session.Id, file, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));
        return true;
    }
}
