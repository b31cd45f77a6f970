using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>ComputerSystem 1.27 (DSP2046): the host.</summary>
internal static class SystemResource
{
    internal const string Manufacturer = "Lab";
    internal const string Model = "Emulated host";
    internal const int ConsoleSessionsMax = 16;
    private const string UefiMode = "UEFI";
    private static readonly string[] BootTargets = ["None", "Pxe", "Hdd"];

    internal static void MapSystem(this IEndpointRouteBuilder routes)
    {
        routes.MapCollection(Paths.Systems, "ComputerSystemCollection", "Systems", _ => [Paths.System]);
        routes.MapWritable(Paths.System, Role.Operator, ReadAsync, WriteAsync);
        routes.MapAction<ResetType>(Paths.SystemReset, Role.Operator, "ResetType", ResetAsync);
    }

    /// <summary>What Redfish calls the state between asking a guest to go off and its going off.</summary>
    internal static string PowerStateOf(DeviceState state) =>
        state is { Power: MachinePower.On, Pending: not null } ? "PoweringOff" : state.Power.ToString();

    private static async Task<JsonObject> ReadAsync(RedfishRequest request)
    {
        var bmc = request.Bmc;
        var state = bmc.Device.State;
        var system = RedfishRoutes.Resource(Paths.System, "#ComputerSystem.v1_27_0.ComputerSystem", "1", bmc.Name);
        system["SystemType"] = "Physical";
        system["Manufacturer"] = Manufacturer;
        system["Model"] = Model;
        system["SerialNumber"] = bmc.SerialNumber;
        system["PowerState"] = PowerStateOf(state);
        system["Status"] = new JsonObject
        {
            ["State"] = state.Power == MachinePower.On ? "Enabled" : "Disabled",
            ["Health"] = "OK",
        };
        if (state.LastResetTime is { } reset)
            system["LastResetTime"] = RedfishRoutes.Time(reset);
        if (await bmc.ReadInventoryAsync(request.Token) is { } inventory)
            AddInventory(system, inventory);
        system["Boot"] = Boot(state.Boot);
        system["SerialConsole"] = new JsonObject
        {
            ["MaxConcurrentSessions"] = ConsoleSessionsMax,
            ["WebSocket"] = new JsonObject
            {
                ["ConsoleURI"] = Paths.ConsoleSocket,
                ["Interactive"] = true,
                ["ServiceEnabled"] = true,
            },
        };
        system["LogServices"] = RedfishRoutes.Link(Paths.LogServices);
        system["Links"] = new JsonObject
        {
            ["Chassis"] = RedfishRoutes.Links(Paths.Chassis),
            ["ManagedBy"] = RedfishRoutes.Links(Paths.Manager),
        };
        system["Actions"] = new JsonObject
        {
            ["#ComputerSystem.Reset"] = new JsonObject
            {
                ["target"] = Paths.SystemReset,
                ["ResetType@Redfish.AllowableValues"] = Names<ResetType>(),
            },
        };
        return system;
    }

    private static void AddInventory(JsonObject system, MachineInventory inventory)
    {
        const double MiBPerGiB = 1024;
        system["UUID"] = inventory.Uuid.ToString();
        system["ProcessorSummary"] = new JsonObject
        {
            ["Count"] = 1,
            ["CoreCount"] = inventory.Vcpus,
            ["LogicalProcessorCount"] = inventory.Vcpus,
            ["Status"] = RedfishRoutes.EnabledStatus(),
        };
        system["MemorySummary"] = new JsonObject
        {
            ["TotalSystemMemoryGiB"] = inventory.MemoryMiB / MiBPerGiB,
            ["Status"] = RedfishRoutes.EnabledStatus(),
        };
    }

    private static JsonObject Boot(BootOverride boot) => new()
    {
        ["BootSourceOverrideEnabled"] = boot.Enabled.ToString(),
        ["BootSourceOverrideEnabled@Redfish.AllowableValues"] = Names<BootOverrideEnabled>(),
        ["BootSourceOverrideTarget"] = boot.Target.ToString(),
        ["BootSourceOverrideTarget@Redfish.AllowableValues"] = new JsonArray([.. BootTargets.Select(target => JsonValue.Create(target))]),
        ["BootSourceOverrideMode"] = UefiMode,
        ["BootSourceOverrideMode@Redfish.AllowableValues"] = new JsonArray(UefiMode),
    };

    private static async Task WriteAsync(RedfishRequest request, RequestBody body)
    {
        var boot = body.Object("Boot");
        var enabled = boot?.Enum<BootOverrideEnabled>("BootSourceOverrideEnabled");
        var target = boot?.Enum<BootTarget>("BootSourceOverrideTarget");
        boot?.RequireOneOf("BootSourceOverrideTarget", target?.ToString(), BootTargets);
        boot?.RequireOneOf("BootSourceOverrideMode", boot.String("BootSourceOverrideMode"), UefiMode);
        boot?.End();
        body.End();
        await request.Bmc.Device.ConfigureAsync(
            state => state with
            {
                Boot = state.Boot with { Enabled = enabled ?? state.Boot.Enabled, Target = target ?? state.Boot.Target, ExpiresAt = null },
            },
            request.Token);
    }

    private static async Task ResetAsync(RedfishRequest request, ResetType type)
    {
        if (!await request.Bmc.Device.ResetAsync(type, request.Token))
            throw new RedfishException(StatusCodes.Status409Conflict, BaseMessages.ResourceInStandby);
    }

    private static JsonArray Names<T>()
        where T : struct, Enum => new([.. Enum.GetNames<T>().Select(name => JsonValue.Create(name))]);
}
