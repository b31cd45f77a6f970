using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Device;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>Manager 1.24, HostInterface 1.3, ManagerNetworkProtocol 1.12 (DSP2046): the BMC itself and its doors.</summary>
internal static class ManagerResource
{
    private enum ManagerReset { ForceRestart, GracefulRestart }

    internal static void MapManager(this IEndpointRouteBuilder routes)
    {
        routes.MapCollection(Paths.Managers, "ManagerCollection", "Managers", _ => [Paths.Manager]);
        routes.MapResource(Paths.Manager, Read);
        routes.MapAction<ManagerReset>(Paths.ManagerReset, Role.Administrator, "ResetType", RestartAsync);
        routes.MapCollection(Paths.HostInterfaces, "HostInterfaceCollection", "Host interfaces", _ => [Paths.HostInterface]);
        routes.MapWritable(
            Paths.HostInterface, Role.Administrator, request => Task.FromResult(ReadHostInterface(request)), WriteHostInterfaceAsync);
        routes.MapResource(Paths.NetworkProtocol, ReadNetworkProtocol);
    }

    private static JsonObject Read(RedfishRequest request)
    {
        var bmc = request.Bmc;
        var manager = RedfishRoutes.Resource(Paths.Manager, "#Manager.v1_24_0.Manager", "1", bmc.Name + " BMC");
        manager["ManagerType"] = "BMC";
        manager["UUID"] = bmc.Identity.ServiceUuid.ToString();
        manager["ServiceEntryPointUUID"] = bmc.Identity.ServiceUuid.ToString();
        manager["Model"] = "Emulated BMC";
        manager["FirmwareVersion"] = typeof(ManagerResource).Assembly.GetName().Version!.ToString(3);
        manager["DateTime"] = RedfishRoutes.Time(bmc.Time.GetUtcNow());
        manager["DateTimeLocalOffset"] = "+00:00";
        manager["PowerState"] = "On";
        manager["Status"] = RedfishRoutes.EnabledStatus();
        manager["HostInterfaces"] = RedfishRoutes.Link(Paths.HostInterfaces);
        manager["NetworkProtocol"] = RedfishRoutes.Link(Paths.NetworkProtocol);
        manager["Links"] = new JsonObject
        {
            ["ManagerForServers"] = RedfishRoutes.Links(Paths.System),
            ["ManagerForChassis"] = RedfishRoutes.Links(Paths.Chassis),
            ["ManagerInChassis"] = RedfishRoutes.Link(Paths.Chassis),
        };
        manager["Actions"] = new JsonObject
        {
            ["#Manager.Reset"] = new JsonObject
            {
                ["target"] = Paths.ManagerReset,
                ["ResetType@Redfish.AllowableValues"] = new JsonArray(
                    [.. Enum.GetNames<ManagerReset>().Select(name => JsonValue.Create(name))]),
            },
        };
        return manager;
    }

    /// <summary>Ends the process; its supervisor starts it again. Bootstrap accounts do not outlive it (DSP0270 §10.3).</summary>
    private static async Task RestartAsync(RedfishRequest request, ManagerReset type)
    {
        var bmc = request.Bmc;
        bmc.Accounts.DeleteAllBootstrap();
        bmc.Sessions.DeleteAll();
        await bmc.Device.ConfigureAsync(
            state => state with
            {
                Bootstrapping = state.Bootstrapping with { Enabled = state.Bootstrapping.Enabled || state.Bootstrapping.EnableAfterReset },
            },
            request.Token);
        var lifetime = request.Context.RequestServices.GetRequiredService<IHostApplicationLifetime>();
        request.Context.Response.OnCompleted(() =>
        {
            lifetime.StopApplication();
            return Task.CompletedTask;
        });
    }

    private static JsonObject ReadHostInterface(RedfishRequest request)
    {
        var bootstrapping = request.Bmc.Device.State.Bootstrapping;
        var host = RedfishRoutes.Resource(Paths.HostInterface, "#HostInterface.v1_3_3.HostInterface", "1", "Host interface");
        host["Description"] = "The sideband to the DPU.";
        host["HostInterfaceType"] = "NetworkHostInterface";
        host["InterfaceEnabled"] = true;
        host["ExternallyAccessible"] = false;
        host["AuthenticationModes"] = new JsonArray("BasicAuth", "RedfishSessionAuth");
        host["Status"] = RedfishRoutes.EnabledStatus();
        host["CredentialBootstrapping"] = new JsonObject
        {
            ["Enabled"] = bootstrapping.Enabled,
            ["EnableAfterReset"] = bootstrapping.EnableAfterReset,
            ["RoleId"] = bootstrapping.RoleId,
        };
        host["NetworkProtocol"] = RedfishRoutes.Link(Paths.NetworkProtocol);
        host["Links"] = new JsonObject
        {
            ["ComputerSystems"] = RedfishRoutes.Links(Paths.System),
            ["CredentialBootstrappingRole"] = RedfishRoutes.Link($"{Paths.Roles}/{bootstrapping.RoleId}"),
        };
        return host;
    }

    private static async Task WriteHostInterfaceAsync(RedfishRequest request, RequestBody body)
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

    private static JsonObject ReadNetworkProtocol(RedfishRequest request)
    {
        var protocol = RedfishRoutes.Resource(
            Paths.NetworkProtocol, "#ManagerNetworkProtocol.v1_12_0.ManagerNetworkProtocol", "NetworkProtocol", "Network protocols");
        protocol["HostName"] = request.Bmc.Name;
        protocol["HTTPS"] = new JsonObject { ["ProtocolEnabled"] = true, ["Port"] = request.Context.Connection.LocalPort };
        protocol["HTTP"] = new JsonObject { ["ProtocolEnabled"] = false };
        protocol["Status"] = RedfishRoutes.EnabledStatus();
        return protocol;
    }
}
