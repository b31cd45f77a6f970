using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Media;
using Lab.Emulators.Bmc.Profiles;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>VirtualMedia 1.6.5 (DSP2046), beneath the system and, for older clients, beneath the manager too.</summary>
internal static class VirtualMediaResource
{
    private const string Collection = "/VirtualMedia";
    private const string InsertAction = "/Actions/VirtualMedia.InsertMedia";
    private const string EjectAction = "/Actions/VirtualMedia.EjectMedia";
    private static readonly string[] Owners = [Paths.AnySystem, Paths.AnyManager];
    private static readonly string[] Protocols = ["HTTP", "HTTPS"];
    private static readonly string[] Methods = ["Stream", "Upload"];

    internal static void MapVirtualMedia(this ResourceTable table)
    {
        foreach (var template in Owners.Select(owner => owner + Collection))
        {
            table.Collection(template, "VirtualMediaCollection", "Virtual media", request =>
                request.Profile.VirtualMedia.Select(slot => $"{request.Path}/{slot.Id}"));
            table.Add(template + "/{slot}", Read).Patch(Role.Operator, WriteAsync);
            table.Action(template + "/{slot}" + InsertAction, Role.Operator, InsertAsync);
            table.Action(template + "/{slot}" + EjectAction, Role.Operator, EjectAsync);
        }
    }

    private static VirtualMediaProfile? Slot(RedfishRequest request) => request.Profile.VirtualMedia.FirstOrDefault(slot => slot.Id == request["slot"]);

    private static JsonObject? Read(RedfishRequest request)
    {
        if (Slot(request) is not { } slot)
            return null;
        var media = request.State.Media.GetValueOrDefault(slot.Id);
        var isInserted = media is not null && request.Now - media.InsertedAt >= TimeSpan.FromMilliseconds(request.Profile.Quirks.InsertedDelayMs);
        var resource = Json.Resource(request.Path, "VirtualMedia.v1_6_5.VirtualMedia", slot.Id, slot.Name);
        resource["MediaTypes"] = Json.Strings(slot.MediaTypes);
        resource["Image"] = media?.Image;
        resource["ImageName"] = media is null ? null : NameOf(media.Image);
        resource["Inserted"] = isInserted;
        resource["WriteProtected"] = media?.WriteProtected ?? true;
        resource["ConnectedVia"] = isInserted ? "URI" : "NotConnected";
        resource["TransferMethod"] = media?.TransferMethod;
        resource["TransferProtocolType"] = media?.TransferProtocolType;
        resource["UserName"] = media?.UserName;
        resource["Password"] = null;
        resource["Status"] = Json.Status();
        resource["Actions"] = new JsonObject
        {
            ["#VirtualMedia.InsertMedia"] = Json.Action(request.Path + InsertAction),
            ["#VirtualMedia.EjectMedia"] = Json.Action(request.Path + EjectAction),
        };
        return resource;
    }

    private static string NameOf(string image) =>
        Uri.TryCreate(image, UriKind.Absolute, out var uri) ? Path.GetFileName(uri.AbsolutePath) : image;

    private static async Task InsertAsync(RedfishRequest request, RequestBody body)
    {
        var slot = Slot(request) ?? throw request.NotFound();
        if (request.Profile.Quirks.InsertTakesImageAlone)
            foreach (var name in body.Names.Where(name => name is not ("Image" or "UserName" or "Password")))
                body.Refuse(name, messages => messages.Unknown(name, null));
        var wanted = Take(body);
        body.Require("Image");
        body.End();
        if (request.State.Media.ContainsKey(slot.Id))
            throw new RedfishException(StatusCodes.Status409Conflict, BaseMessages.ResourceInUse);
        await InsertAsync(request, slot, wanted);
    }

    /// <summary>Some clients (Lenovo's way) insert by PATCH of Image, and eject by its null.</summary>
    private static async Task WriteAsync(RedfishRequest request, RequestBody body)
    {
        var isEject = body.Has("Image") && body.Any("Image") is null;
        var wanted = isEject ? default : Take(body);
        if (isEject)
            body.Bool("Inserted");
        body.End();
        var slot = Slot(request)!;
        if (isEject)
            await RemoveAsync(request, slot);
        else if (wanted.Image is not null)
            await InsertAsync(request, slot, wanted);
    }

    private static Wanted Take(RequestBody body) => new(
        body.String("Image", lengthMax: 2048),
        body.Bool("Inserted") ?? true,
        body.Bool("WriteProtected") ?? true,
        body.Clearable("UserName"),
        body.Clearable("Password"),
        body.OneOf("TransferMethod", Methods) ?? Methods[0],
        body.OneOf("TransferProtocolType", Protocols));

    private static async Task InsertAsync(RedfishRequest request, VirtualMediaProfile slot, Wanted wanted)
    {
        var media = new InsertedMedia(
            wanted.Image!, File: null, IsCd(slot), wanted.WriteProtected, wanted.UserName, wanted.Method, wanted.Protocol, request.Now);
        try
        {
            var file = await request.Bmc.Media.FetchAsync(slot.Id, wanted.Image!, wanted.UserName, wanted.Password, request.Token);
            await request.Bmc.Device.ChangeMediaAsync(slot.Id, media with { File = file }, request.Token);
        }
        catch (MediaException e)
        {
            throw new RedfishException(StatusCodes.Status400BadRequest, e.IsRefused
                ? BaseMessages.AccessDenied(wanted.Image!)
                : BaseMessages.CouldNotEstablishConnection(wanted.Image!));
        }
        request.Context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task EjectAsync(RedfishRequest request, RequestBody body)
    {
        var slot = Slot(request) ?? throw request.NotFound();
        if (request.Profile.Quirks.EjectNeedsBody && request.Context.Request.ContentLength is null or 0)
            throw new RedfishException(StatusCodes.Status415UnsupportedMediaType, BaseMessages.HeaderInvalid("Content-Type"));
        body.End();
        await RemoveAsync(request, slot);
    }

    private static async Task RemoveAsync(RedfishRequest request, VirtualMediaProfile slot)
    {
        await request.Bmc.Device.ChangeMediaAsync(slot.Id, null, request.Token);
        request.Bmc.Media.Remove(slot.Id);
    }

    private static bool IsCd(VirtualMediaProfile slot) => slot.MediaTypes.Contains("CD");

    private readonly record struct Wanted(
        string? Image, bool Inserted, bool WriteProtected, string? UserName, string? Password, string Method, string? Protocol);
}
