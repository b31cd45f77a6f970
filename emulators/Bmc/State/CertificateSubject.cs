namespace Lab.Emulators.Bmc.State;

/// <summary>Whom a certificate is to be for; null parts are left out.</summary>
internal sealed record CertificateSubject(
    string? CommonName, string? Organization, string? OrganizationalUnit, string? City, string? State, string? Country, IReadOnlyList<string> AlternativeNames);
