using System.Text.Json.Nodes;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>The entry points: versions, service root, OData service document and metadata (DSP0266 §6, §8.5).</summary>
internal static class ServiceRootResource
{
    /// <summary>Protocol version (DSP0266).</summary>
    private const string RedfishVersion = "1.22.0";
    private const string MetadataPath = Paths.Root + "/$metadata";

    private static readonly (string Name, string Path)[] Services =
    [
        ("Systems", Paths.Systems), ("Chassis", Paths.AllChassis), ("Managers", Paths.Managers), ("SessionService", Paths.SessionService),
        ("AccountService", Paths.AccountService), ("Registries", Paths.Registries), ("Tasks", Paths.TaskService),
        ("UpdateService", Paths.UpdateService), ("EventService", Paths.EventService), ("CertificateService", Paths.CertificateService),
        ("TelemetryService", Paths.TelemetryService),
    ];

    internal static void MapServiceRoot(this ResourceTable table)
    {
        table.Add(Paths.Root, Root).Public();
        table.MapEntryPoints();
    }

    /// <summary>What leads to the root, whatever service it is of.</summary>
    internal static void MapEntryPoints(this ResourceTable table)
    {
        table.Add("/redfish", _ => new JsonObject { ["v1"] = Paths.Root + "/" }).Public();
        table.Add(Paths.Root + "/odata", ServiceDocument).Public();
        table.Other(MetadataPath).On(HttpMethods.Get, null, WriteMetadataAsync).On(HttpMethods.Head, null, WriteMetadataAsync);
    }

    private static JsonObject Root(RedfishRequest request)
    {
        var root = Json.Resource(Paths.Root + "/", "ServiceRoot.v1_20_0.ServiceRoot", "RootService", "Root Service");
        root["RedfishVersion"] = RedfishVersion;
        root["UUID"] = request.Bmc.Identity.ServiceUuid.ToString();
        root["Product"] = request.Profile.Bmc.Model;
        root["Vendor"] = request.Profile.Manufacturer;
        root["ServiceIdentification"] = request.Bmc.Name;
        root["ProtocolFeaturesSupported"] = new JsonObject
        {
            ["ExpandQuery"] = new JsonObject
            {
                ["ExpandAll"] = true,
                ["Levels"] = true,
                ["Links"] = true,
                ["NoLinks"] = true,
                ["MaxLevels"] = QueryOptions.LevelsMax,
            },
            ["FilterQuery"] = true,
            ["OnlyMemberQuery"] = true,
            ["SelectQuery"] = true,
            ["TopSkipQuery"] = true,
            ["ExcerptQuery"] = false,
            ["DeepOperations"] = new JsonObject { ["DeepPATCH"] = false, ["DeepPOST"] = false },
        };
        foreach (var (name, path) in Services)
            root[name] = Json.Link(path);
        root["Links"] = new JsonObject { ["Sessions"] = Json.Link(Paths.Sessions) };
        return root;
    }

    private static JsonObject ServiceDocument(RedfishRequest request) => new()
    {
        ["@odata.context"] = MetadataPath,
        ["value"] = new JsonArray(
        [
            .. Services.Prepend(("Service", Paths.Root + "/")).Append(("Sessions", Paths.Sessions))
                .Select(service => new JsonObject { ["name"] = service.Item1, ["kind"] = "Singleton", ["url"] = service.Item2 }),
        ]),
    };

    private static async Task WriteMetadataAsync(RedfishRequest request)
    {
        var response = request.Context.Response;
        var bytes = MetadataDocument.Bytes;
        response.ContentType = "application/xml; charset=utf-8";
        response.ContentLength = bytes.Length;
        if (HttpMethods.IsGet(request.Context.Request.Method))
            await response.Body.WriteAsync(bytes, request.Token);
    }
}
