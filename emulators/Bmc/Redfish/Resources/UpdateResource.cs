using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Media;
using Lab.Emulators.Bmc.Profiles;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>
/// UpdateService 1.17 and SoftwareInventory 1.13 (DSP2046). An image's name says its version ("bmc-2.1.0.bin"); what it contains is
/// fetched and dropped. An update is a task; its version is staged until the reset that the profile names.
/// </summary>
internal static partial class UpdateResource
{
    internal const string BmcId = "BMC";
    internal const string BiosId = "BIOS";
    internal const string NicId = "NIC";
    internal const string Inventory = Paths.UpdateService + "/FirmwareInventory";
    internal const string PushPath = Paths.UpdateService + "/upload";

    private const string SimpleUpdate = Paths.UpdateService + "/Actions/UpdateService.SimpleUpdate";
    private static readonly string[] Protocols = ["HTTP", "HTTPS"];

    internal static void MapUpdates(this ResourceTable table)
    {
        table.Add(Paths.UpdateService, ReadService);
        table.Collection(Inventory, "SoftwareInventoryCollection", "Firmware inventory", request =>
            request.Profile.Firmware.Select(firmware => $"{Inventory}/{firmware.Id}"));
        table.Add(Inventory + "/{firmware}", ReadFirmware);
        table.Action(SimpleUpdate, Role.Administrator, UpdateAsync);
        table.Other(PushPath).AnyBody().On(HttpMethods.Post, Role.Administrator, UpdatePush.RunAsync);
    }

    /// <summary>Null when the profile has no such firmware.</summary>
    internal static string? VersionOf(DeviceProfile profile, DeviceState state, string id) => profile.Firmware.FirstOrDefault(f => f.Id == id) is { } firmware
        ? state.Firmware.Versions.GetValueOrDefault(id, firmware.Version)
        : null;

    /// <summary>The version an image's name says; null when it says none.</summary>
    internal static string? VersionIn(string imageName) => VersionPattern.Match(imageName) is { Success: true } match ? match.Value : null;

    /// <summary>What an update is for: the targets named, or the firmware whose id is in the image's name, or the BMC's own.</summary>
    /// <exception cref="RedfishException">400: a target is no firmware that can be updated.</exception>
    internal static IReadOnlyList<FirmwareProfile> TargetsOf(RedfishRequest request, IReadOnlyList<string>? targets, string imageName)
    {
        var all = request.Profile.Firmware;
        if (targets is { Count: > 0 })
            return [.. targets.Select(target => all.FirstOrDefault(firmware => $"{Inventory}/{firmware.Id}" == target)
                ?? throw new RedfishException(StatusCodes.Status400BadRequest, BaseMessages.ActionParameterValueNotInList(target, "Targets", "UpdateService.SimpleUpdate")))];
        return [all.FirstOrDefault(firmware => imageName.Contains(firmware.Id, StringComparison.OrdinalIgnoreCase)) ?? all[0]];
    }

    private static JsonObject ReadService(RedfishRequest request)
    {
        var service = Json.Resource(Paths.UpdateService, "UpdateService.v1_17_0.UpdateService", "UpdateService", "Update service");
        service["ServiceEnabled"] = true;
        service["MaxImageSizeBytes"] = FirmwareUpdater.ImageBytesMax;
        service["MultipartHttpPushUri"] = PushPath;
        service["FirmwareInventory"] = Json.Link(Inventory);
        service["Status"] = Json.Status();
        service["Actions"] = new JsonObject
        {
            ["#UpdateService.SimpleUpdate"] = Json.Action(SimpleUpdate, "TransferProtocol", Json.Strings(Protocols)),
        };
        return service;
    }

    private static JsonObject? ReadFirmware(RedfishRequest request)
    {
        if (request.Profile.Firmware.FirstOrDefault(firmware => firmware.Id == request["firmware"]) is not { } firmware)
            return null;
        var staged = request.State.Firmware.Staged.GetValueOrDefault(firmware.Id);
        var resource = Json.Resource(request.Path, "SoftwareInventory.v1_13_0.SoftwareInventory", firmware.Id, firmware.Name);
        resource["Version"] = VersionOf(request.Profile, request.State, firmware.Id);
        resource["SoftwareId"] = firmware.Id;
        resource["Updateable"] = true;
        resource["Manufacturer"] = request.Profile.Manufacturer;
        resource["ResetRequiredOnUpdate"] = firmware.NeedsReset != FirmwareActivation.None;
        resource["Staged"] = staged is not null;
        resource["RelatedItem"] = Json.Links(firmware.NeedsReset == FirmwareActivation.Manager ? request.Paths.Manager : request.Paths.System);
        resource["Status"] = Json.Status();
        return resource;
    }

    private static async Task UpdateAsync(RedfishRequest request, RequestBody body)
    {
        var image = body.String("ImageURI");
        body.OneOf("TransferProtocol", Protocols);
        var targets = body.Strings("Targets");
        var user = body.String("Username");
        var password = body.String("Password");
        body.Bool("ForceUpdate");
        body.Require("ImageURI");
        body.End();
        var name = Path.GetFileName(Uri.TryCreate(image, UriKind.Absolute, out var uri) ? uri.AbsolutePath : image!);
        var found = TargetsOf(request, targets, name);
        try
        {
            var task = await request.Bmc.Updater.FetchAndApplyAsync(image!, user, password, VersionIn(name), found, request.Token);
            await TaskResource.WriteAcceptedAsync(request, task);
        }
        catch (MediaException)
        {
            throw new RedfishException(StatusCodes.Status400BadRequest, BaseMessages.AccessDenied(image!));
        }
    }

    [GeneratedRegex(@"\d+(\.\d+)+")]
    private static partial Regex VersionPattern { get; }
}
