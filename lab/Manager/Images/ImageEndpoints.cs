using System.Globalization;
using System.Text.Json.Nodes;
using Lab.Manager.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Lab.Manager.Images;

/// <summary>Routes of the Image API v2.</summary>
internal static class ImageEndpoints
{
    private const string DataMediaType = "application/octet-stream";
    private const int LimitMax = 1000;
    private static readonly string[] Filters = ["id", "name", "status", "visibility", "owner", "disk_format", "container_format", "protected"];

    public static void MapImages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(ApiPaths.Image, Versions).AllowAnonymous();
        routes.MapGet(ApiPaths.Image + "/versions", Versions).AllowAnonymous();
        var api = routes.MapGroup(ApiPaths.ImageV2 + "/images");
        api.MapGet("", ListAsync);
        api.MapPost("", CreateAsync);
        api.MapGet("/{id}", async (string id, ImageStore images, RequestContext asker, CancellationToken token) =>
            Results.Json(ImageJson.Image(await images.GetAsync(id, asker, token))));
        api.MapPatch("/{id}", PatchAsync);
        api.MapDelete("/{id}", async (string id, ImageRemoval removal, RequestContext asker, CancellationToken token) =>
        {
            await removal.RemoveAsync(id, asker, token);
            return Results.NoContent();
        });
        api.MapPut("/{id}/file", UploadAsync);
    }

    private static IResult Versions(HttpContext context) => Results.Json(
        new JsonObject
        {
            ["versions"] = new JsonArray(new JsonObject
            {
                ["id"] = "v2.9",
                ["status"] = "CURRENT",
                ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = PublicUrl.Of(context) + ApiPaths.ImageV2 + "/" }),
            }),
        },
        statusCode: StatusCodes.Status300MultipleChoices);

    private static async Task<IResult> ListAsync(HttpContext context, ImageStore images, RequestContext asker, CancellationToken token)
    {
        var query = context.Request.Query;
        var items = (await images.ListAsync(asker, token)).Select(ImageJson.Image);
        foreach (var name in Filters)
            if (query.TryGetValue(name, out var values) && !(name == "visibility" && values == "all"))
                items = items.Where(item => values.Contains(item[name]?.ToString() ?? ""));
        if (query["marker"].FirstOrDefault() is { Length: > 0 } marker)
            items = items.SkipWhile(item => item["id"]!.GetValue<string>() != marker).Skip(1);
        if (query["limit"].FirstOrDefault() is { Length: > 0 } limit)
        {
            if (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                throw ApiException.BadRequest("limit param must be an integer");
            items = items.Take(Math.Min(count, LimitMax));
        }
        return Results.Json(new JsonObject
        {
            ["images"] = new JsonArray([.. items]),
            ["first"] = "/v2/images",
            ["schema"] = "/v2/schemas/images",
        });
    }

    private static async Task<IResult> CreateAsync(
        HttpContext context, ImageStore images, TimeProvider time, RequestContext asker, CancellationToken token)
    {
        var image = ImageRequest.Read(await JsonBody.ReadAsync(context.Request, token), asker, time.GetUtcNow());
        await images.AddAsync(image, token);
        context.Response.Headers.Location = $"{PublicUrl.Of(context)}{ApiPaths.ImageV2}/images/{image.Id:D}";
        return Results.Json(ImageJson.Image(image), statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> PatchAsync(
        HttpContext context, string id, ImageStore images, RequestContext asker, CancellationToken token)
    {
        var operations = await ImagePatch.ReadAsync(context.Request, token);
        var image = await images.ChangeAsync(id, asker, image => ImagePatch.Apply(operations, image, asker), token);
        return Results.Json(ImageJson.Image(image));
    }

    private static async Task<IResult> UploadAsync(
        HttpContext context, string id, ImageStore images, ImageUpload upload, RequestContext asker, CancellationToken token)
    {
        if (context.Request.ContentType?.Split(';')[0].Trim() != DataMediaType)
            throw new ApiException(415, $"The content type must be {DataMediaType}.");
        var image = await images.GetAsync(id, asker, token);
        if (!asker.MaySee(image.ProjectId))
            throw ApiException.Forbidden($"You are not permitted to upload image {image.Id}.");
        if (context.Request.ContentLength > ImageLimits.UploadBytesMax)
            throw new ApiException(413, $"An image has at most {ImageLimits.UploadBytesMax} bytes.");
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = ImageLimits.UploadBytesMax;
        await upload.ReceiveAsync(image.Id, context.Request.Body, token);
        return Results.NoContent();
    }
}
