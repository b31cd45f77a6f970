using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Profiles;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>Bios 1.2.3 (DSP2046): attributes as they are, and beside them those that the next start takes over.</summary>
internal static class BiosResource
{
    private const string Template = Paths.AnySystem + "/Bios";
    private const string SettingsTemplate = Template + "/Settings";
    private const string Type = "Bios.v1_2_3.Bios";

    internal static void MapBios(this ResourceTable table)
    {
        table.Add(Template, Read).Stable();
        table.Add(SettingsTemplate, ReadSettings).Stable().Patch(Role.Operator, WriteAsync);
        table.Action(Template + "/Actions/Bios.ResetBios", Role.Operator, (request, body) =>
        {
            body.End();
            return request.Bmc.Device.ConfigureAsync(
                state => state with { Bios = state.Bios with { IsResetPending = true, Pending = ImmutableSortedDictionary<string, string>.Empty } },
                request.Token);
        });
    }

    internal static JsonNode ToJson(BiosAttribute attribute, string value) => attribute.Type switch
    {
        BiosAttributeType.Integer => int.Parse(value, CultureInfo.InvariantCulture),
        BiosAttributeType.Boolean => bool.Parse(value),
        _ => value,
    };

    private static JsonObject Read(RedfishRequest request)
    {
        var state = request.State.Bios;
        var bios = Json.Resource(request.Path, Type, "Bios", "BIOS settings");
        bios["AttributeRegistry"] = RegistryResource.BiosRegistry;
        bios["Attributes"] = Attributes(request.Profile, state.Current);
        bios["ResetBiosToDefaultsPending"] = state.IsResetPending;
        bios["@Redfish.Settings"] = new JsonObject
        {
            ["@odata.type"] = "#Settings.v1_4_0.Settings",
            ["SettingsObject"] = Json.Link(request.Path + "/Settings"),
            ["SupportedApplyTimes"] = new JsonArray("OnReset"),
            ["Time"] = Json.Time(state.Applied ?? DateTimeOffset.UnixEpoch),
            ["Messages"] = new JsonArray(),
        };
        bios["Actions"] = new JsonObject { ["#Bios.ResetBios"] = Json.Action(request.Path + "/Actions/Bios.ResetBios") };
        return bios;
    }

    private static JsonObject ReadSettings(RedfishRequest request)
    {
        var state = request.State.Bios;
        var bios = Json.Resource(request.Path, Type, "Settings", "BIOS settings of the next start");
        bios["AttributeRegistry"] = RegistryResource.BiosRegistry;
        var current = state.IsResetPending ? ImmutableSortedDictionary<string, string>.Empty : state.Current;
        bios["Attributes"] = Attributes(request.Profile, current.SetItems(state.Pending));
        return bios;
    }

    private static JsonObject Attributes(DeviceProfile profile, IReadOnlyDictionary<string, string> values)
    {
        var attributes = new JsonObject();
        foreach (var attribute in profile.BiosAttributes)
            attributes[attribute.Name] = ToJson(attribute, values.GetValueOrDefault(attribute.Name, attribute.Default));
        return attributes;
    }

    private static async Task WriteAsync(RedfishRequest request, RequestBody body)
    {
        var wanted = new Dictionary<string, string>();
        if (body.Object("Attributes") is { } attributes)
        {
            foreach (var attribute in request.Profile.BiosAttributes.Where(attribute => !attribute.IsReadOnly && attributes.Has(attribute.Name)))
                if (Take(attributes, attribute) is { } value)
                    wanted[attribute.Name] = value;
            attributes.End();
        }
        body.End();
        await request.Bmc.Device.ConfigureAsync(
            state => state with { Bios = state.Bios with { Pending = state.Bios.Pending.SetItems(wanted) } }, request.Token);
    }

    private static string? Take(RequestBody attributes, BiosAttribute attribute) => attribute.Type switch
    {
        BiosAttributeType.Enumeration => attributes.OneOf(attribute.Name, attribute.Values ?? []),
        BiosAttributeType.Integer => attributes.Int(attribute.Name, attribute.Min, attribute.Max)?.ToString(CultureInfo.InvariantCulture),
        BiosAttributeType.Boolean => attributes.Bool(attribute.Name)?.ToString(),
        _ => attributes.String(attribute.Name, lengthMax: 128),
    };
}
