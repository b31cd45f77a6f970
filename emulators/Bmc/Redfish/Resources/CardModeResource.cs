using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Profiles;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>
/// A BlueField's own resource beneath its system: whether the card is a DPU or a plain NIC (NVIDIA BlueField BMC software, "Changing the
/// mode of operation"). It is the BIOS attribute NicMode by another door, and takes effect when the card's system is next started.
/// </summary>
internal static class CardModeResource
{
    private const string Attribute = "NicMode";
    private const string Template = Paths.AnySystem + "/Oem/Nvidia";
    private const string Action = "/Actions/Mode.Set";

    internal static void MapCardMode(this ResourceTable table)
    {
        table.Add(Template, request => ModeOf(request.Profile) is null ? null : Read(request)).Stable();
        table.Action(Template + Action, Role.Administrator, SetAsync);
    }

    internal static bool IsCard(DeviceProfile profile) => ModeOf(profile) is not null;

    internal static JsonObject Link(RedfishRequest request) => Json.Link(request.Paths.System + "/Oem/Nvidia");

    private static BiosAttribute? ModeOf(DeviceProfile profile) => profile.BiosAttributes.FirstOrDefault(attribute => attribute.Name == Attribute);

    private static JsonObject Read(RedfishRequest request)
    {
        var attribute = ModeOf(request.Profile)!;
        return new JsonObject
        {
            ["@odata.id"] = request.Path,
            ["@odata.type"] = "#NvidiaComputerSystem.v1_0_0.NvidiaComputerSystem",
            ["Mode"] = request.State.Bios.Current.GetValueOrDefault(Attribute, attribute.Default),
            ["Actions"] = new JsonObject { ["#Mode.Set"] = Json.Action(request.Path + Action, "Mode", Json.Strings(attribute.Values!)) },
        };
    }

    private static async Task SetAsync(RedfishRequest request, RequestBody body)
    {
        var attribute = ModeOf(request.Profile) ?? throw request.NotFound();
        var mode = body.OneOf("Mode", attribute.Values!);
        body.Require("Mode");
        body.End();
        await request.Bmc.Device.ConfigureAsync(
            state => state with { Bios = state.Bios with { Pending = state.Bios.Pending.SetItem(Attribute, mode!) } }, request.Token);
    }
}
