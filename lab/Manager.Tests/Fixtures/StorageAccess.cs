namespace Lab.Manager.Tests.Fixtures;

/// <summary>Where a storage target's management is, and the PEM files with which the manager comes in.</summary>
internal sealed record StorageAccess(Uri Url, string CertificateFile, string KeyFile, string AuthorityFile);
