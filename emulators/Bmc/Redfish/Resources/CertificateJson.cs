using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>Certificate 1.11 (DSP2046), rendered from its PEM.</summary>
internal static class CertificateJson
{
    /// <summary>Null when the text is no certificate in PEM.</summary>
    internal static X509Certificate2? TryParse(string pem)
    {
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    internal static JsonObject Of(string path, string id, string name, X509Certificate2 certificate, string? owner = null)
    {
        var resource = Json.Resource(path, "Certificate.v1_11_0.Certificate", id, name);
        resource["CertificateString"] = certificate.ExportCertificatePem() + "\n";
        resource["CertificateType"] = "PEM";
        resource["Subject"] = Identifier(certificate.SubjectName);
        resource["Issuer"] = Identifier(certificate.IssuerName);
        resource["SerialNumber"] = WithColons(certificate.SerialNumber);
        resource["ValidNotBefore"] = Json.Time(new DateTimeOffset(certificate.NotBefore.ToUniversalTime()));
        resource["ValidNotAfter"] = Json.Time(new DateTimeOffset(certificate.NotAfter.ToUniversalTime()));
        resource["Fingerprint"] = WithColons(Convert.ToHexString(certificate.GetCertHash(HashAlgorithmName.SHA256)));
        resource["FingerprintHashAlgorithm"] = "TPM_ALG_SHA256";
        if (owner is not null)
            resource["UefiSignatureOwner"] = owner;
        return resource;
    }

    private static string WithColons(string hexadecimal) => string.Join(':', hexadecimal.Chunk(2).Select(octet => new string(octet)));

    private static JsonObject Identifier(X500DistinguishedName name)
    {
        var part = new JsonObject();
        foreach (var relative in name.EnumerateRelativeDistinguishedNames().Where(relative => !relative.HasMultipleElements))
        {
            var property = relative.GetSingleElementType().Value switch
            {
                "2.5.4.3" => "CommonName",
                "2.5.4.6" => "Country",
                "2.5.4.7" => "City",
                "2.5.4.8" => "State",
                "2.5.4.10" => "Organization",
                "2.5.4.11" => "OrganizationalUnit",
                _ => null,
            };
            if (property is not null)
                part[property] = relative.GetSingleElementValue();
        }
        return part;
    }
}
