using System.Globalization;
using Lab.Contracts.Runs;
using Lab.Reports.Qualification.Profiles;

namespace Lab.Reports.Qualification.Evaluation;

/// <summary>What runs must have in common to speak for one device.</summary>
internal static class SessionRules
{
    /// <exception cref="QualificationException">They do not.</exception>
    public static void Check(QualificationProfile profile, IReadOnlyList<Session> sessions)
    {
        if (sessions.Count == 0)
            throw new QualificationException("no run was given; add --run RUN");
        if (sessions.GroupBy(session => session.Id).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new QualificationException($"{twice.Key} is given twice: a session counts once");
        if (sessions.FirstOrDefault(session => session.Info.Suite != profile.Suite) is { } other)
            throw new QualificationException($"{other.Id} is a run of {other.Info.Suite}; {profile.Id} judges runs of {profile.Suite}");
        if (sessions.FirstOrDefault(session => session.Info.EndedAt is null) is { } unfinished)
            throw new QualificationException($"{unfinished.Id} did not finish, so it says nothing of what it did not come to; give another run");
        var first = Facts(sessions[0].Info);
        foreach (var session in sessions.Skip(1))
        {
            var facts = Facts(session.Info);
            var unlike = first.Keys.Union(facts.Keys).Order(StringComparer.Ordinal)
                .Where(fact => first.GetValueOrDefault(fact) != facts.GetValueOrDefault(fact))
                .Select(fact => $"{fact} is {first.GetValueOrDefault(fact) ?? "absent"} there and {facts.GetValueOrDefault(fact) ?? "absent"} here").ToList();
            if (unlike.Count > 0)
                throw new QualificationException($"{session.Id} is not of the same device, build and environment as {sessions[0].Id}: {string.Join("; ", unlike)}");
        }
    }

    public static bool IsDeviceLabel(string name) => name == "device" || name.StartsWith("device.", StringComparison.Ordinal);

    // The comparison key leaves out what one wants to compare; a statement speaks of one build on one machine.
    private static SortedDictionary<string, string> Facts(RunInfo info)
    {
        var facts = new SortedDictionary<string, string>(ComparisonKey.Of(info).Fields.ToDictionary(), StringComparer.Ordinal)
        {
            ["testbed"] = info.Testbed.Name,
            ["commit"] = info.SystemUnderTest.Commit ?? "unknown",
            ["commit.dirty"] = info.SystemUnderTest.Dirty.ToString(CultureInfo.InvariantCulture),
            ["environment.machine"] = info.Environment.Machine,
            ["environment.kernel"] = info.Environment.Kernel,
            ["environment.os"] = info.Environment.OperatingSystem,
            ["environment.dotnet"] = info.Environment.DotNet,
        };
        foreach (var (name, version) in info.Environment.Packages)
            facts["package." + name] = version;
        foreach (var (name, digest) in info.Images)
            facts["image." + name] = digest;
        foreach (var (name, value) in info.Labels.Where(label => IsDeviceLabel(label.Key)))
            facts["label." + name] = value;
        return facts;
    }
}
