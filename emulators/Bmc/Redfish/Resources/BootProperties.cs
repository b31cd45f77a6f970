using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>ComputerSystem.Boot, its settings resource where a profile has one, and the BootOptions (BootOption 1.0.6, DSP2046).</summary>
internal static class BootProperties
{
    private const string UefiMode = "UEFI";
    private const string LegacyMode = "Legacy";
    private const string SettingsTemplate = Paths.AnySystem + "/Settings";
    private const string OptionsTemplate = Paths.AnySystem + "/BootOptions";
    private const string BootOrderProperty = "BootOrder";

    internal static void MapBoot(this ResourceTable table)
    {
        table.Add(SettingsTemplate, request => request.Profile.Quirks.BootInSettings ? ReadSettings(request) : null).Patch(Role.Operator, WriteSettingsAsync);
        table.CollectionAsync(OptionsTemplate, "BootOptionCollection", "Boot options", async request =>
            (await request.Bmc.ReadHardwareAsync(request.Token)).BootDevices.Select(device => $"{request.Path}/{device.Reference}"));
        table.AddAsync(OptionsTemplate + "/{option}", ReadOptionAsync);
    }

    internal static JsonObject Read(RedfishRequest request)
    {
        var boot = request.State.Boot;
        var part = new JsonObject
        {
            ["BootSourceOverrideEnabled"] = boot.Enabled.ToString(),
            ["BootSourceOverrideEnabled@Redfish.AllowableValues"] = Json.Strings(EnabledValues(request)),
            ["BootSourceOverrideTarget"] = boot.Target.ToString(),
            ["BootSourceOverrideTarget@Redfish.AllowableValues"] = Json.Names<BootTarget>(),
            ["BootSourceOverrideMode"] = boot.Mode == BootMode.Uefi ? UefiMode : LegacyMode,
            ["BootSourceOverrideMode@Redfish.AllowableValues"] = new JsonArray(UefiMode, LegacyMode),
            ["HttpBootUri"] = boot.HttpUri,
            ["BootNext"] = boot.Next,
            ["BootOptions"] = Json.Link(request.Paths.System + "/BootOptions"),
            [BootOrderProperty] = Json.Strings(request.State.BootOrder),
        };
        return part;
    }

    internal static JsonObject Settings(RedfishRequest request) => new()
    {
        ["@odata.type"] = "#Settings.v1_4_0.Settings",
        ["SettingsObject"] = Json.Link(request.Paths.System + "/Settings"),
        ["Time"] = Json.Time(request.State.LastResetTime ?? DateTimeOffset.UnixEpoch),
        ["Messages"] = new JsonArray(),
        ["SupportedApplyTimes"] = new JsonArray("OnReset"),
    };

    /// <summary>Takes the part Boot of a PATCH; what it returns changes the state.</summary>
    internal static Func<DeviceState, DeviceState> Take(RedfishRequest request, RequestBody boot, MachineHardware hardware)
    {
        var enabled = boot.OneOf("BootSourceOverrideEnabled", EnabledValues(request)) is { } text ? Enum.Parse<BootOverrideEnabled>(text) : (BootOverrideEnabled?)null;
        var target = boot.Enum<BootTarget>("BootSourceOverrideTarget");
        var mode = boot.OneOf("BootSourceOverrideMode", UefiMode, LegacyMode);
        var uri = boot.Clearable("HttpBootUri");
        string[] references = [.. hardware.BootDevices.Select(device => device.Reference)];
        var next = boot.Clearable("BootNext");
        if (next is { Length: > 0 } && !references.Contains(next))
            boot.Refuse("BootNext", messages => messages.NotInList(next, "BootNext"));
        var order = boot.Has(BootOrderProperty) ? boot.Strings(BootOrderProperty, references) : null;
        if (request.Profile.Quirks.BootNeedsEnabled && enabled is null && target is not null)
            boot.Refuse("BootSourceOverrideEnabled", messages => messages.Missing("BootSourceOverrideEnabled"));
        if (enabled == BootOverrideEnabled.Continuous && (target ?? request.State.Boot.Target) == BootTarget.UefiBootNext)
            boot.Refuse("BootSourceOverrideEnabled", messages => messages.NotInList("Continuous", "BootSourceOverrideEnabled"));
        boot.End();
        return state => state with
        {
            Boot = state.Boot with
            {
                // DSP2046: a target of None disables, and Disabled forgets the target.
                Enabled = target == BootTarget.None && enabled is null ? BootOverrideEnabled.Disabled : enabled ?? state.Boot.Enabled,
                Target = enabled == BootOverrideEnabled.Disabled ? BootTarget.None : target ?? state.Boot.Target,
                Mode = mode is null ? state.Boot.Mode : mode == UefiMode ? BootMode.Uefi : BootMode.Legacy,
                HttpUri = uri is null ? state.Boot.HttpUri : uri.Length == 0 ? null : uri,
                Next = next is null ? state.Boot.Next : next.Length == 0 ? null : next,
                ExpiresAt = null,
            },
            BootOrder = order is null ? state.BootOrder : [.. order],
        };
    }

    private static string[] EnabledValues(RedfishRequest request) =>
        [.. Enum.GetNames<BootOverrideEnabled>().Where(name => name != nameof(BootOverrideEnabled.Continuous) || !request.Profile.Quirks.RefusesContinuous)];

    private static JsonObject ReadSettings(RedfishRequest request)
    {
        var settings = Json.Resource(request.Path, "ComputerSystem.v1_27_0.ComputerSystem", "Settings", "Pending settings of the system");
        settings["Boot"] = Read(request);
        return settings;
    }

    private static async Task WriteSettingsAsync(RedfishRequest request, RequestBody body)
    {
        var boot = body.Object("Boot");
        var change = boot is null ? null : Take(request, boot, await request.Bmc.ReadHardwareAsync(request.Token));
        body.End();
        if (change is not null)
            await request.Bmc.Device.ConfigureAsync(change, request.Token);
    }

    private static async ValueTask<JsonObject?> ReadOptionAsync(RedfishRequest request)
    {
        var hardware = await request.Bmc.ReadHardwareAsync(request.Token);
        if (hardware.BootDevices.FirstOrDefault(device => device.Reference == request["option"]) is not { } device)
            return null;
        var option = Json.Resource(request.Path, "BootOption.v1_0_6.BootOption", device.Reference, device.DisplayName);
        option["BootOptionReference"] = device.Reference;
        option["DisplayName"] = device.DisplayName;
        option["BootOptionEnabled"] = true;
        option["Alias"] = device.Kind.ToString();
        if (device.UefiDevicePath is not null)
            option["UefiDevicePath"] = device.UefiDevicePath;
        return option;
    }
}
