namespace Lab.Reports.Qualification.Profiles;

/// <summary>What a device has to show to be called qualified: data, read by <see cref="ProfileFile"/>.</summary>
/// <param name="Suite">The suite whose runs are judged.</param>
/// <param name="Sessions">Runs, each with a testbed of its own, in which every requirement is to be tested at least.</param>
/// <param name="Digest">SHA-256 of the file, lower-case hex: two statements over the same profile have the same.</param>
public sealed record QualificationProfile(
    string Name,
    string Version,
    string Title,
    string About,
    string Suite,
    int Sessions,
    IReadOnlyList<Requirement> Requirements,
    string Digest)
{
    public string Id => $"{Name}-{Version}";
}
