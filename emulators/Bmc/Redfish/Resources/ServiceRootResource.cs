using System.Text.Json.Nodes;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>The entry points: versions, service root, OData service document and metadata.</summary>
internal static class ServiceRootResource
{
    /// <summary>Protocol version (DSP0266).</summary>
    private const string RedfishVersion = "1.15.0";

    private static readonly string[] Schemas =
    [
        "AccountService", "Chassis", "ChassisCollection", "ComputerSystem", "ComputerSystemCollection", "HostInterface",
        "HostInterfaceCollection", "LogEntry", "LogEntryCollection", "LogService", "LogServiceCollection", "Manager", "ManagerAccount",
        "ManagerAccountCollection", "ManagerCollection", "ManagerNetworkProtocol", "MessageRegistryFile",
        "MessageRegistryFileCollection", "Role", "RoleCollection", "ServiceRoot", "Session", "SessionCollection", "SessionService",
    ];

    internal static void MapServiceRoot(this IEndpointRouteBuilder routes)
    {
        routes.MapResource("/redfish", _ => new JsonObject { ["v1"] = Paths.Root + "/" });
        routes.MapResource(Paths.Root, Root);
        routes.MapResource(Paths.Root + "/odata", ServiceDocument);
        routes.MapGet(Paths.Root + "/$metadata", () => TypedResults.Text(Metadata(), "application/xml"));
        routes.MapCollection(
            Paths.Registries, "MessageRegistryFileCollection", "Registries", _ => [$"{Paths.Registries}/{BaseMessages.Registry}"]);
        routes.MapResource($"{Paths.Registries}/{BaseMessages.Registry}", _ => RegistryFile());
    }

    private static JsonObject Root(RedfishRequest request)
    {
        var root = RedfishRoutes.Resource(Paths.Root + "/", "#ServiceRoot.v1_20_0.ServiceRoot", "RootService", "Root Service");
        root["RedfishVersion"] = RedfishVersion;
        root["UUID"] = request.Bmc.Identity.ServiceUuid.ToString();
        root["Product"] = "Emulated BMC";
        root["Systems"] = RedfishRoutes.Link(Paths.Systems);
        root["Chassis"] = RedfishRoutes.Link(Paths.AllChassis);
        root["Managers"] = RedfishRoutes.Link(Paths.Managers);
        root["SessionService"] = RedfishRoutes.Link(Paths.SessionService);
        root["AccountService"] = RedfishRoutes.Link(Paths.AccountService);
        root["Registries"] = RedfishRoutes.Link(Paths.Registries);
        root["Links"] = new JsonObject { ["Sessions"] = RedfishRoutes.Link(Paths.Sessions) };
        return root;
    }

    private static JsonObject ServiceDocument(RedfishRequest request)
    {
        (string Name, string Path)[] services =
        [
            ("Service", Paths.Root + "/"), ("Systems", Paths.Systems), ("Chassis", Paths.AllChassis), ("Managers", Paths.Managers),
            ("SessionService", Paths.SessionService), ("AccountService", Paths.AccountService), ("Registries", Paths.Registries),
            ("Sessions", Paths.Sessions),
        ];
        return new JsonObject
        {
            ["@odata.context"] = Paths.Root + "/$metadata",
            ["value"] = new JsonArray(
                [.. services.Select(s => new JsonObject { ["name"] = s.Name, ["kind"] = "Singleton", ["url"] = s.Path })]),
        };
    }

    private static string Metadata()
    {
        var references = Schemas.Select(schema =>
            $"""  <edmx:Reference Uri="http://redfish.dmtf.org/schemas/v1/{schema}_v1.xml"><edmx:Include Namespace="{schema}"/></edmx:Reference>""");
        return $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0">
            {string.Join('\n', references)}
              <edmx:DataServices>
                <Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="Service">
                  <EntityContainer Name="Service" Extends="ServiceRoot.v1_20_0.ServiceContainer"/>
                </Schema>
              </edmx:DataServices>
            </edmx:Edmx>
            """;
    }

    private static JsonObject RegistryFile()
    {
        var file = RedfishRoutes.Resource(
            $"{Paths.Registries}/{BaseMessages.Registry}", "#MessageRegistryFile.v1_1_5.MessageRegistryFile", BaseMessages.Registry, "Base messages");
        file["Registry"] = BaseMessages.Registry;
        file["Languages"] = new JsonArray("en");
        file["Location"] = new JsonArray(
            new JsonObject { ["Language"] = "en", ["PublicationUri"] = "https://redfish.dmtf.org/registries/Base.1.22.1.json" });
        return file;
    }
}
