using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.State;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>CertificateService 1.2.1 and the certificate of the HTTPS service (DSP2046): requests, and replacing by what they brought.</summary>
internal static class CertificateResource
{
    private const string Locations = Paths.CertificateService + "/CertificateLocations";
    private const string GenerateAction = Paths.CertificateService + "/Actions/CertificateService.GenerateCSR";
    private const string ReplaceAction = Paths.CertificateService + "/Actions/CertificateService.ReplaceCertificate";
    private const string Template = Paths.AnyManager + ManagerNetworkResource.HttpsCertificates;
    private const string Id = "1";
    private static readonly string[] KeyAlgorithms = ["TPM_ALG_ECDSA", "TPM_ALG_RSA"];
    private static readonly string[] Types = ["PEM", "PEMchain"];

    internal static void MapCertificates(this ResourceTable table)
    {
        table.Add(Paths.CertificateService, ReadService);
        table.Add(Locations, ReadLocations);
        table.Collection(Template, "CertificateCollection", "Certificates of HTTPS", request => [$"{request.Path}/{Id}"]);
        table.Add(Template + "/" + Id, request => CertificateJson.Of(request.Path, Id, "Certificate of HTTPS", request.Bmc.Certificate.Current));
        table.Action(GenerateAction, Role.Administrator, GenerateAsync);
        table.Action(ReplaceAction, Role.Administrator, ReplaceAsync);
    }

    private static JsonObject ReadService(RedfishRequest request)
    {
        var service = Json.Resource(Paths.CertificateService, "CertificateService.v1_2_1.CertificateService", "CertificateService", "Certificate service");
        service["CertificateLocations"] = Json.Link(Locations);
        service["Actions"] = new JsonObject
        {
            ["#CertificateService.GenerateCSR"] = Json.Action(GenerateAction, "KeyPairAlgorithm", Json.Strings(KeyAlgorithms)),
            ["#CertificateService.ReplaceCertificate"] = Json.Action(ReplaceAction, "CertificateType", Json.Strings(Types)),
        };
        return service;
    }

    private static string CollectionOf(RedfishRequest request) => request.Paths.Manager + ManagerNetworkResource.HttpsCertificates;

    private static JsonObject ReadLocations(RedfishRequest request)
    {
        var databases = request.State.SecureBoot.Databases.SelectMany(database => database.Value.Certificates.Select(key =>
            $"{request.Paths.System}/SecureBoot/SecureBootDatabases/{database.Key}/Certificates/{key.Id}"));
        var locations = Json.Resource(Locations, "CertificateLocations.v1_0_4.CertificateLocations", "CertificateLocations", "Certificates of this service");
        var links = Json.Links(databases.Prepend($"{CollectionOf(request)}/{Id}"));
        locations["Links"] = new JsonObject { ["Certificates@odata.count"] = links.Count, ["Certificates"] = links };
        return locations;
    }

    private static async Task GenerateAsync(RedfishRequest request, RequestBody body)
    {
        var collection = TakeLink(body, "CertificateCollection");
        if (collection is not null && collection != CollectionOf(request))
            body.Refuse("CertificateCollection", messages => messages.NotInList(collection, "CertificateCollection"));
        var subject = new CertificateSubject(
            body.String("CommonName"), body.String("Organization"), body.String("OrganizationalUnit"), body.String("City"), body.String("State"), body.String("Country"),
            body.Strings("AlternativeNames") ?? []);
        var algorithm = body.OneOf("KeyPairAlgorithm", KeyAlgorithms);
        body.Int("KeyBitLength", 2048, 4096);
        body.String("KeyCurveId");
        body.Strings("KeyUsage");
        body.Require("CertificateCollection", "CommonName");
        if (subject.Country is { Length: not 2 } country)
            body.Refuse("Country", messages => messages.WrongFormat(country, "Country"));
        body.End();
        var pem = request.Bmc.Certificate.GenerateRequest(subject, isRsa: algorithm == "TPM_ALG_RSA");
        await RedfishResponse.WriteResourceAsync(request, new JsonObject
        {
            ["@odata.type"] = "#CertificateService.v1_2_1.GenerateCSRResponse",
            ["CertificateCollection"] = Json.Link(CollectionOf(request)),
            ["CSRString"] = pem,
        });
    }

    private static async Task ReplaceAsync(RedfishRequest request, RequestBody body)
    {
        var uri = TakeLink(body, "CertificateUri");
        var path = $"{CollectionOf(request)}/{Id}";
        if (uri is not null && uri != path)
            body.Refuse("CertificateUri", messages => messages.NotInList(uri, "CertificateUri"));
        var text = body.String("CertificateString");
        body.OneOf("CertificateType", Types);
        body.Require("CertificateString", "CertificateType", "CertificateUri");
        if (text is not null && !request.Bmc.Certificate.CanReplace(text))
            body.Refuse("CertificateString", messages => messages.WrongFormat(text, "CertificateString"));
        body.End();
        request.Bmc.Certificate.Replace(text!);
        request.Context.Response.Headers.Location = path;
        await RedfishResponse.WriteResourceAsync(request, (await request.ReadAsync(path))!);
    }

    // A reference to a resource is an object with its URI.
    private static string? TakeLink(RequestBody body, string name)
    {
        var part = body.Object(name);
        return (part?.Any("@odata.id") as JsonValue)?.TryGetValue<string>(out var path) == true ? path : null;
    }
}
