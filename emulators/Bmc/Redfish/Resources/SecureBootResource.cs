using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Device;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>SecureBoot 1.1.2, SecureBootDatabase 1.0.3, Signature 1.0.3 (DSP2046).</summary>
internal static class SecureBootResource
{
    private const string Template = Paths.AnySystem + "/SecureBoot";
    private const string DatabasesTemplate = Template + "/SecureBootDatabases";
    private const string DatabaseTemplate = DatabasesTemplate + "/{database}";
    private const int KeysMax = 64;
    private const string PemType = "PEM";
    private static readonly string[] SignatureTypes = ["EFI_CERT_SHA256_GUID", "EFI_CERT_SHA384_GUID", "EFI_CERT_SHA512_GUID"];

    internal static void MapSecureBoot(this ResourceTable table)
    {
        table.Add(Template, Read).Stable().Patch(Role.Administrator, WriteAsync);
        table.Action(Template + "/Actions/SecureBoot.ResetKeys", Role.Administrator, ResetKeysAsync);
        table.Collection(DatabasesTemplate, "SecureBootDatabaseCollection", "Secure boot databases", request =>
            SecureBootState.AllIds.Select(id => $"{request.Path}/{id}"));
        table.Add(DatabaseTemplate, ReadDatabase);
        table.Action(DatabaseTemplate + "/Actions/SecureBootDatabase.ResetKeys", Role.Administrator, ResetDatabaseAsync);
        table.Collection(DatabaseTemplate + "/Certificates", "CertificateCollection", "Certificates", request =>
            Find(request)?.Certificates.Select(key => $"{request.Path}/{key.Id}")).Create(Role.Administrator, AddCertificateAsync);
        table.Add(DatabaseTemplate + "/Certificates/{key}", ReadCertificate).Delete(Role.Administrator, request =>
            ChangeAsync(request, database => database with { Certificates = database.Certificates.RemoveAll(key => key.Id == request["key"]) }));
        table.Collection(DatabaseTemplate + "/Signatures", "SignatureCollection", "Signatures", request =>
            Find(request)?.Signatures.Select(key => $"{request.Path}/{key.Id}")).Create(Role.Administrator, AddSignatureAsync);
        table.Add(DatabaseTemplate + "/Signatures/{key}", ReadSignature).Delete(Role.Administrator, request =>
            ChangeAsync(request, database => database with { Signatures = database.Signatures.RemoveAll(key => key.Id == request["key"]) }));
    }

    private static JsonObject Read(RedfishRequest request)
    {
        var state = request.State.SecureBoot;
        var resource = Json.Resource(request.Path, "SecureBoot.v1_1_2.SecureBoot", "SecureBoot", "UEFI Secure Boot");
        resource["SecureBootEnable"] = state.Enable;
        resource["SecureBootCurrentBoot"] = state.CurrentBoot ? "Enabled" : "Disabled";
        resource["SecureBootMode"] = state.IsSetupMode ? "SetupMode" : "UserMode";
        resource["SecureBootDatabases"] = Json.Link(request.Path + "/SecureBootDatabases");
        resource["Actions"] = new JsonObject
        {
            ["#SecureBoot.ResetKeys"] = Json.Action(
                request.Path + "/Actions/SecureBoot.ResetKeys", "ResetKeysType", Json.Names<SecureBootKeysReset>()),
        };
        return resource;
    }

    private static async Task WriteAsync(RedfishRequest request, RequestBody body)
    {
        var enable = body.Bool("SecureBootEnable");
        body.End();
        if (enable is { } wanted)
            await request.Bmc.Device.ConfigureAsync(state => state with { SecureBoot = state.SecureBoot with { Enable = wanted } }, request.Token);
    }

    private static async Task ResetKeysAsync(RedfishRequest request, RequestBody body)
    {
        var how = body.Enum<SecureBootKeysReset>("ResetKeysType");
        body.Require("ResetKeysType");
        body.End();
        await request.Bmc.Device.ConfigureAsync(state => state with { SecureBoot = state.SecureBoot.Reset(how!.Value) }, request.Token);
    }

    private static SecureBootDatabase? Find(RedfishRequest request) => request.State.SecureBoot.Find(request["database"]);

    private static JsonObject? ReadDatabase(RedfishRequest request)
    {
        var id = request["database"];
        if (Find(request) is null)
            return null;
        var resource = Json.Resource(request.Path, "SecureBootDatabase.v1_0_3.SecureBootDatabase", id, $"Secure boot database {id}");
        resource["DatabaseId"] = id;
        resource["Certificates"] = Json.Link(request.Path + "/Certificates");
        resource["Signatures"] = Json.Link(request.Path + "/Signatures");
        if (!SecureBootState.IsDefault(id))
            resource["Actions"] = new JsonObject
            {
                ["#SecureBootDatabase.ResetKeys"] = Json.Action(
                    request.Path + "/Actions/SecureBootDatabase.ResetKeys",
                    "ResetKeysType",
                    Json.Strings(nameof(SecureBootKeysReset.ResetAllKeysToDefault), nameof(SecureBootKeysReset.DeleteAllKeys))),
            };
        return resource;
    }

    private static async Task ResetDatabaseAsync(RedfishRequest request, RequestBody body)
    {
        RequireWritable(request);
        var how = body.OneOf("ResetKeysType", nameof(SecureBootKeysReset.ResetAllKeysToDefault), nameof(SecureBootKeysReset.DeleteAllKeys));
        body.Require("ResetKeysType");
        body.End();
        await ChangeAsync(request, _ => how == nameof(SecureBootKeysReset.DeleteAllKeys)
            ? new SecureBootDatabase()
            : new SecureBootState().Databases[request["database"]]);
    }

    private static JsonObject? ReadCertificate(RedfishRequest request)
    {
        if (Find(request)?.Certificates.Find(key => key.Id == request["key"]) is not { } key || CertificateJson.TryParse(key.Text) is not { } certificate)
            return null;
        using (certificate)
            return CertificateJson.Of(request.Path, key.Id, $"Certificate {key.Id}", certificate, key.Owner);
    }

    private static JsonObject? ReadSignature(RedfishRequest request)
    {
        if (Find(request)?.Signatures.Find(key => key.Id == request["key"]) is not { } key)
            return null;
        var signature = Json.Resource(request.Path, "Signature.v1_0_3.Signature", key.Id, $"Signature {key.Id}");
        signature["SignatureTypeRegistry"] = "UEFI";
        signature["SignatureType"] = key.Type;
        signature["SignatureString"] = key.Text;
        if (key.Owner is not null)
            signature["UefiSignatureOwner"] = key.Owner;
        return signature;
    }

    private static async Task<string> AddCertificateAsync(RedfishRequest request, RequestBody body)
    {
        RequireWritable(request);
        var text = body.String("CertificateString");
        body.OneOf("CertificateType", PemType);
        var owner = body.String("UefiSignatureOwner");
        body.Require("CertificateString", "CertificateType");
        using var certificate = text is null ? null : CertificateJson.TryParse(text);
        if (text is not null && certificate is null)
            body.Refuse("CertificateString", messages => messages.WrongFormat(text, "CertificateString"));
        body.End();
        return await AddAsync(request, database => database.AddCertificate(PemType, certificate!.ExportCertificatePem() + "\n", owner));
    }

    private static async Task<string> AddSignatureAsync(RedfishRequest request, RequestBody body)
    {
        RequireWritable(request);
        var text = body.String("SignatureString", lengthMax: 1024);
        var type = body.OneOf("SignatureType", SignatureTypes);
        body.OneOf("SignatureTypeRegistry", "UEFI");
        var owner = body.String("UefiSignatureOwner");
        body.Require("SignatureString", "SignatureType", "SignatureTypeRegistry");
        body.End();
        return await AddAsync(request, database => database.AddSignature(type!, text!, owner));
    }

    private static async Task<string> AddAsync(RedfishRequest request, Func<SecureBootDatabase, SecureBootDatabase> add)
    {
        var id = "";
        await ChangeAsync(request, database =>
        {
            if (database.Certificates.Count + database.Signatures.Count >= KeysMax)
                throw new RedfishException(StatusCodes.Status400BadRequest, BaseMessages.CreateLimitReachedForResource);
            id = database.NextId;
            return add(database);
        });
        return $"{request.Path.Replace("/Members", "", StringComparison.Ordinal)}/{id}";
    }

    private static Task ChangeAsync(RedfishRequest request, Func<SecureBootDatabase, SecureBootDatabase> change)
    {
        RequireWritable(request);
        var id = request["database"];
        return request.Bmc.Device.ConfigureAsync(
            state => state with { SecureBoot = state.SecureBoot.With(id, change(state.SecureBoot.Databases[id])) }, request.Token);
    }

    // The default databases are the maker's.
    private static void RequireWritable(RedfishRequest request)
    {
        if (!SecureBootState.DatabaseIds.Contains(request["database"]))
            throw Find(request) is null
                ? request.NotFound()
                : new RedfishException(StatusCodes.Status405MethodNotAllowed, BaseMessages.OperationNotAllowed);
    }
}
