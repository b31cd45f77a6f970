using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>ComputerSystem 1.27 (DSP2046): the host.</summary>
internal static class SystemResource
{
    internal const int ConsoleSessionsMax = 16;
    private const int AssetTagLengthMax = 63;
    private const double MiBPerGiB = 1024;
    private const string ResetTemplate = Paths.AnySystem + "/Actions/ComputerSystem.Reset";

    internal static void MapSystem(this ResourceTable table)
    {
        table.Collection(Paths.Systems, "ComputerSystemCollection", "Systems", request => [request.Paths.System]);
        table.AddAsync(Paths.AnySystem, ReadAsync).Stable().Patch(Role.Operator, WriteAsync);
        table.Action(ResetTemplate, Role.Operator, ResetAsync);
    }

    /// <summary>What Redfish calls the state between asking a guest to go off and its going off.</summary>
    internal static string PowerStateOf(DeviceState state) =>
        state is { Power: MachinePower.On, Pending: not null } ? "PoweringOff" : state.Power.ToString();

    internal static string ResetTarget(RedfishRequest request) => request.Paths.System + "/Actions/ComputerSystem.Reset";

    private static async ValueTask<JsonObject?> ReadAsync(RedfishRequest request)
    {
        var (bmc, state, profile) = (request.Bmc, request.State, request.Profile);
        var system = Json.Resource(request.Path, "ComputerSystem.v1_27_0.ComputerSystem", profile.Ids.System, bmc.Name);
        system["SystemType"] = profile.SystemType;
        system["Manufacturer"] = profile.Manufacturer;
        system["Model"] = profile.Model;
        system["PartNumber"] = profile.PartNumber;
        system["SKU"] = profile.Sku;
        system["SerialNumber"] = bmc.SerialNumber;
        system["AssetTag"] = state.AssetTag;
        system["BiosVersion"] = UpdateResource.VersionOf(profile, state, UpdateResource.BiosId);
        system["PowerState"] = PowerStateOf(state);
        system["PowerRestorePolicy"] = state.PowerRestorePolicy.ToString();
        system["LocationIndicatorActive"] = state.Indicator.Active;
        system["Status"] = Json.Status(state.Power == MachinePower.On ? "Enabled" : "Disabled");
        if (state.LastResetTime is { } reset)
        {
            system["LastResetTime"] = Json.Time(reset);
            system["LastResetCause"] = CauseOf(state.LastResetCause);
        }
        if (await bmc.ReadInventoryAsync(request.Token) is { } inventory)
            AddInventory(system, inventory);
        system["Boot"] = BootProperties.Read(request);
        if (profile.Quirks.BootInSettings)
            system["@Redfish.Settings"] = BootProperties.Settings(request);
        system["HostWatchdogTimer"] = WatchdogOf(state.Watchdog);
        system["SerialConsole"] = new JsonObject
        {
            ["MaxConcurrentSessions"] = ConsoleSessionsMax,
            ["WebSocket"] = new JsonObject
            {
                ["ConsoleURI"] = request.Path + ConsoleResource.Socket,
                ["Interactive"] = true,
                ["ServiceEnabled"] = true,
            },
            ["IPMI"] = new JsonObject { ["ServiceEnabled"] = true, ["Port"] = IpmiPort, ["HotKeySequenceDisplay"] = "~." },
        };
        system["GraphicalConsole"] = new JsonObject { ["ServiceEnabled"] = false, ["ConnectTypesSupported"] = new JsonArray(), ["MaxConcurrentSessions"] = 0 };
        foreach (var name in new[] { "Bios", "SecureBoot", "Processors", "Memory", "EthernetInterfaces", "NetworkInterfaces", "Storage", "LogServices", "VirtualMedia" })
            system[name] = Json.Link($"{request.Path}/{name}");
        var hardware = await request.Bmc.ReadHardwareAsync(request.Token);
        var devices = hardware.PciFunctions.Select(f => f.DevicePath).Distinct().ToList();
        system["PCIeDevices"] = Json.Links(devices.Select(device => PcieResource.DevicePath(request, device)));
        system["PCIeDevices@odata.count"] = devices.Count;
        system["PCIeFunctions"] = Json.Links(hardware.PciFunctions.Select(function => PcieResource.FunctionPath(request, function)));
        system["PCIeFunctions@odata.count"] = hardware.PciFunctions.Count;
        system["Links"] = new JsonObject
        {
            ["Chassis"] = Json.Links(request.Paths.Chassis),
            ["ManagedBy"] = Json.Links(request.Paths.Manager),
        };
        if (CardModeResource.IsCard(request.Profile))
            system["Oem"] = new JsonObject { ["Nvidia"] = CardModeResource.Link(request) };
        system["Actions"] = new JsonObject
        {
            ["#ComputerSystem.Reset"] = Json.Action(ResetTarget(request), "ResetType", Json.Names<ResetType>()),
        };
        return system;
    }

    private const int IpmiPort = 623;

    /// <summary>HPE's own; clients look for its id.</summary>
    private static RedfishMessage InPost { get; } = new(
        "iLO.2.14.UnableToModifyDuringSystemPOST",
        "Unable to modify settings during system POST.",
        "Warning",
        "Retry after the system has completed POST.",
        []);

    private static void AddInventory(JsonObject system, MachineInventory inventory)
    {
        system["UUID"] = inventory.Uuid.ToString();
        system["ProcessorSummary"] = new JsonObject
        {
            ["Count"] = 1,
            ["CoreCount"] = inventory.Vcpus,
            ["LogicalProcessorCount"] = inventory.Vcpus,
            ["Status"] = Json.Status(),
        };
        system["MemorySummary"] = new JsonObject
        {
            ["TotalSystemMemoryGiB"] = inventory.MemoryMiB / MiBPerGiB,
            ["Status"] = Json.Status(),
        };
    }

    private static string CauseOf(RestartCause cause) => cause switch
    {
        RestartCause.ManagementCommand => "ManagementCommand",
        RestartCause.PowerButtonPress => "PowerButtonPress",
        RestartCause.PowerRestorePolicy => "PowerRestorePolicy",
        RestartCause.WatchdogExpiration => "WatchdogExpiration",
        RestartCause.OperatingSystemSoftRestart => "OSSoftRestart",
        _ => "Unknown",
    };

    private static JsonObject WatchdogOf(Watchdog watchdog) => new()
    {
        ["FunctionEnabled"] = watchdog.ExpiresAt is not null,
        ["Status"] = new JsonObject { ["State"] = watchdog.ExpiresAt is null ? "Disabled" : "Enabled" },
        ["TimeoutAction"] = watchdog.Action switch
        {
            WatchdogAction.HardReset => "ResetSystem",
            WatchdogAction.PowerDown => "PowerDown",
            WatchdogAction.PowerCycle => "PowerCycle",
            _ => "None",
        },
    };

    private static async Task WriteAsync(RedfishRequest request, RequestBody body)
    {
        if (request.Profile.Quirks.RefusesPatchDuringPost && request.Bmc.IsInPost)
            throw new RedfishException(StatusCodes.Status400BadRequest, InPost);
        // Left over, it is a property that cannot be written.
        var boot = request.Profile.Quirks.BootInSettings ? null : body.Object("Boot");
        var newBoot = boot is null ? null : BootProperties.Take(request, boot, await request.Bmc.ReadHardwareAsync(request.Token));
        var policy = body.Enum<PowerRestorePolicy>("PowerRestorePolicy");
        var tag = body.String("AssetTag", AssetTagLengthMax);
        var light = body.Bool("LocationIndicatorActive");
        body.End();
        await request.Bmc.Device.ConfigureAsync(
            state => (newBoot?.Invoke(state) ?? state) with
            {
                PowerRestorePolicy = policy ?? state.PowerRestorePolicy,
                AssetTag = tag ?? state.AssetTag,
                Indicator = light is { } on ? new Indicator(on) : state.Indicator,
            },
            request.Token);
    }

    private static async Task ResetAsync(RedfishRequest request, RequestBody body)
    {
        var type = body.Enum<ResetType>("ResetType");
        body.Require("ResetType");
        body.End();
        if (request.Profile.Quirks.PowerOnConflictMs is > 0 and var conflict && type is ResetType.On or ResetType.ForceOn
            && request.State is { Power: MachinePower.Off, PowerChangedTime: { } off } && request.Now - off < TimeSpan.FromMilliseconds(conflict))
            throw new RedfishException(StatusCodes.Status409Conflict, BaseMessages.ActionParameterValueConflict("ResetType", type.ToString()!));
        var cause = type == ResetType.PushPowerButton ? RestartCause.PowerButtonPress : RestartCause.ManagementCommand;
        if (!await request.Bmc.Device.ResetAsync(type!.Value, request.Token, cause))
            throw new RedfishException(StatusCodes.Status409Conflict, BaseMessages.ResourceInStandby);
    }
}
