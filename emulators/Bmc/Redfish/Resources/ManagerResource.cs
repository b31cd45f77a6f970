using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>Manager 1.24 (DSP2046): the BMC itself.</summary>
internal static class ManagerResource
{
    private enum ManagerReset { ForceRestart, GracefulRestart }

    internal static void MapManager(this ResourceTable table)
    {
        table.Collection(Paths.Managers, "ManagerCollection", "Managers", request => [request.Paths.Manager]);
        table.Add(Paths.AnyManager, Read).Patch(Role.Administrator, WriteAsync);
        table.Action(Paths.AnyManager + "/Actions/Manager.Reset", Role.Administrator, RestartAsync);
    }

    private static JsonObject Read(RedfishRequest request)
    {
        var (bmc, state, path) = (request.Bmc, request.State, request.Path);
        var manager = Json.Resource(path, "Manager.v1_24_0.Manager", request.Profile.Ids.Manager, bmc.Name + " BMC");
        manager["ManagerType"] = "BMC";
        manager["UUID"] = bmc.Identity.ServiceUuid.ToString();
        manager["ServiceEntryPointUUID"] = bmc.Identity.ServiceUuid.ToString();
        manager["Manufacturer"] = request.Profile.Manufacturer;
        manager["Model"] = request.Profile.Bmc.Model;
        manager["FirmwareVersion"] = UpdateResource.VersionOf(request.Profile, state, UpdateResource.BmcId);
        manager["DateTime"] = Json.Time(request.Now);
        manager["DateTimeLocalOffset"] = state.Manager.DateTimeLocalOffset;
        if (state.Manager.LastResetTime is { } reset)
            manager["LastResetTime"] = Json.Time(reset);
        manager["PowerState"] = "On";
        manager["LocationIndicatorActive"] = state.Indicator.Active;
        manager["Status"] = Json.Status();
        manager["CommandShell"] = new JsonObject { ["ServiceEnabled"] = true, ["ConnectTypesSupported"] = new JsonArray("IPMI"), ["MaxConcurrentSessions"] = 1 };
        manager["SerialConsole"] = new JsonObject
        {
            ["ServiceEnabled"] = true,
            ["ConnectTypesSupported"] = new JsonArray("IPMI"),
            ["MaxConcurrentSessions"] = SystemResource.ConsoleSessionsMax,
        };
        foreach (var name in new[] { "HostInterfaces", "NetworkProtocol", "EthernetInterfaces", "SerialInterfaces", "VirtualMedia" })
            manager[name] = Json.Link($"{path}/{name}");
        manager["Links"] = new JsonObject
        {
            ["ManagerForServers"] = Json.Links(request.Paths.System),
            ["ManagerForChassis"] = Json.Links(request.Paths.Chassis),
            ["ManagerInChassis"] = Json.Link(request.Paths.Chassis),
            ["ActiveSoftwareImage"] = Json.Link($"{UpdateResource.Inventory}/{UpdateResource.BmcId}"),
            ["SoftwareImages"] = Json.Links($"{UpdateResource.Inventory}/{UpdateResource.BmcId}"),
        };
        manager["Actions"] = new JsonObject
        {
            ["#Manager.Reset"] = Json.Action(path + "/Actions/Manager.Reset", "ResetType", Json.Names<ManagerReset>()),
        };
        return manager;
    }

    private static async Task WriteAsync(RedfishRequest request, RequestBody body)
    {
        var offset = body.String("DateTimeLocalOffset");
        if (offset is not null && !TimeSpan.TryParseExact(offset.TrimStart('+', '-'), @"hh\:mm", null, out _))
            body.Refuse("DateTimeLocalOffset", messages => messages.WrongFormat(offset, "DateTimeLocalOffset"));
        var light = body.Bool("LocationIndicatorActive");
        body.End();
        await request.Bmc.Device.ConfigureAsync(
            state => state with
            {
                Manager = state.Manager with { DateTimeLocalOffset = offset ?? state.Manager.DateTimeLocalOffset },
                Indicator = light is { } on ? new Indicator(on) : state.Indicator,
            },
            request.Token);
    }

    private static async Task RestartAsync(RedfishRequest request, RequestBody body)
    {
        body.Enum<ManagerReset>("ResetType");
        body.Require("ResetType");
        body.End();
        await request.Bmc.BeginRestartAsync(request.Token);
        request.Context.Response.OnCompleted(() =>
        {
            request.Bmc.Restart();
            return Task.CompletedTask;
        });
    }
}
