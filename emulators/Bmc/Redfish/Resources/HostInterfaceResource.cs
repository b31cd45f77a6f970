using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Device;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>HostInterface 1.3 (DSP2046): the sideband to the DPU and its bootstrap credentials (DSP0270 §10).</summary>
internal static class HostInterfaceResource
{
    private const string Template = Paths.AnyManager + "/HostInterfaces";
    private const string Id = "1";

    internal static void MapHostInterfaces(this ResourceTable table)
    {
        table.Collection(Template, "HostInterfaceCollection", "Host interfaces", request => [$"{request.Path}/{Id}"]);
        table.Add(Template + "/" + Id, Read).Patch(Role.Administrator, WriteAsync);
    }

    private static JsonObject Read(RedfishRequest request)
    {
        var bootstrapping = request.State.Bootstrapping;
        var host = Json.Resource(request.Path, "HostInterface.v1_3_3.HostInterface", Id, "Host interface");
        host["Description"] = "The sideband to the DPU.";
        host["HostInterfaceType"] = "NetworkHostInterface";
        host["InterfaceEnabled"] = true;
        host["ExternallyAccessible"] = false;
        host["AuthenticationModes"] = new JsonArray("BasicAuth", "RedfishSessionAuth");
        host["Status"] = Json.Status();
        host["CredentialBootstrapping"] = new JsonObject
        {
            ["Enabled"] = bootstrapping.Enabled,
            ["EnableAfterReset"] = bootstrapping.EnableAfterReset,
            ["RoleId"] = bootstrapping.RoleId,
        };
        host["NetworkProtocol"] = Json.Link(request.Paths.Manager + "/NetworkProtocol");
        host["Links"] = new JsonObject
        {
            ["ComputerSystems"] = Json.Links(request.Paths.System),
            ["CredentialBootstrappingRole"] = Json.Link($"{Paths.Roles}/{bootstrapping.RoleId}"),
        };
        return host;
    }

    private static async Task WriteAsync(RedfishRequest request, RequestBody body)
    {
        var part = body.Object("CredentialBootstrapping");
        var enabled = part?.Bool("Enabled");
        var after = part?.Bool("EnableAfterReset");
        var role = part?.Enum<Role>("RoleId");
        part?.End();
        body.End();
        await request.Bmc.Device.ConfigureAsync(
            state => state with
            {
                Bootstrapping = new CredentialBootstrapping(
                    enabled ?? state.Bootstrapping.Enabled,
                    after ?? state.Bootstrapping.EnableAfterReset,
                    role?.ToString() ?? state.Bootstrapping.RoleId),
            },
            request.Token);
    }
}
