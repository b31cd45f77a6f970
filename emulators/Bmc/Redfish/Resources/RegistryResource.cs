using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Profiles;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>Message registries, each with its file here and at DMTF's address, and the attribute registry of the BIOS.</summary>
internal static class RegistryResource
{
    internal const string BiosRegistry = "BiosAttributeRegistry.v1_0_0";

    internal static void MapRegistries(this ResourceTable table)
    {
        table.Collection(Paths.Registries, "MessageRegistryFileCollection", "Registries", _ =>
            MessageRegistry.All.Select(registry => registry.Id).Append(BiosRegistry).Select(id => $"{Paths.Registries}/{id}"));
        table.Add(Paths.Registries + "/{id}", ReadFile);
        table.Other(Paths.Registries + "/{id}/{file}").On(HttpMethods.Get, Accounts.Role.ReadOnly, WriteRegistryAsync);
    }

    private static JsonObject? ReadFile(RedfishRequest request)
    {
        var id = request["id"];
        var registry = MessageRegistry.All.FirstOrDefault(registry => registry.Id == id);
        if (registry is null && id != BiosRegistry)
            return null;
        var file = Json.Resource(request.Path, "MessageRegistryFile.v1_1_5.MessageRegistryFile", id, id);
        file["Registry"] = registry is null ? BiosRegistry : $"{registry.Prefix}.{registry.Version}";
        file["Languages"] = new JsonArray("en");
        var location = new JsonObject { ["Language"] = "en", ["Uri"] = $"{request.Path}/{id}.json" };
        if (registry is not null)
            location["PublicationUri"] = $"https://redfish.dmtf.org/registries/{id}.json";
        file["Location"] = new JsonArray(location);
        return file;
    }

    private static async Task WriteRegistryAsync(RedfishRequest request)
    {
        if (request["file"] != request["id"] + ".json")
            throw request.NotFound();
        var bytes = request["id"] == BiosRegistry
            ? RedfishResponse.ToBytes(AttributeRegistry(request.Profile))
            : MessageRegistry.All.FirstOrDefault(registry => registry.Id == request["id"])?.Read() ?? throw request.NotFound();
        request.Context.Response.ContentType = "application/json; charset=utf-8";
        request.Context.Response.ContentLength = bytes.Length;
        await request.Context.Response.Body.WriteAsync(bytes, request.Token);
    }

    /// <summary>AttributeRegistry 1.4 (DSP2046).</summary>
    private static JsonObject AttributeRegistry(DeviceProfile profile) => new()
    {
        ["@odata.type"] = "#AttributeRegistry.v1_4_0.AttributeRegistry",
        ["Id"] = BiosRegistry,
        ["Name"] = "BIOS attributes",
        ["Language"] = "en",
        ["OwningEntity"] = profile.Manufacturer,
        ["RegistryVersion"] = "1.0.0",
        ["RegistryEntries"] = new JsonObject
        {
            ["Attributes"] = new JsonArray([.. profile.BiosAttributes.Select(AttributeOf)]),
        },
    };

    private static JsonObject AttributeOf(BiosAttribute attribute)
    {
        var entry = new JsonObject
        {
            ["AttributeName"] = attribute.Name,
            ["DisplayName"] = attribute.DisplayName,
            ["Type"] = attribute.Type.ToString(),
            ["DefaultValue"] = BiosResource.ToJson(attribute, attribute.Default),
            ["ReadOnly"] = attribute.IsReadOnly,
            ["ResetRequired"] = true,
        };
        if (attribute.Values is not null)
            entry["Value"] = new JsonArray([.. attribute.Values.Select(value => new JsonObject { ["ValueName"] = value, ["ValueDisplayName"] = value })]);
        if (attribute.Type == BiosAttributeType.Integer)
            (entry["LowerBound"], entry["UpperBound"]) = (attribute.Min, attribute.Max);
        return entry;
    }
}
