using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Media;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>MultipartHttpPushUri (DSP0266 §12.6.2): the part UpdateParameters, then UpdateFile.</summary>
internal static class UpdatePush
{
    private const int BoundaryLengthMax = 70;
    private const int ParametersBytesMax = 16 * 1024;

    internal static async Task RunAsync(RedfishRequest request)
    {
        var context = request.Context;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = FirmwareUpdater.ImageBytesMax;
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= BoundaryLengthMax } boundary)
            throw new RedfishException(StatusCodes.Status415UnsupportedMediaType, BaseMessages.HeaderInvalid("Content-Type"));
        JsonObject? parameters = null;
        string? fileName = null;
        long bytes = 0;
        try
        {
            var reader = new MultipartReader(boundary.ToString(), context.Request.Body);
            while (await reader.ReadNextSectionAsync(request.Token) is { } section)
            {
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
                    throw Malformed();
                switch (HeaderUtilities.RemoveQuotes(disposition.Name).ToString())
                {
                    case "UpdateParameters":
                        parameters = await ReadParametersAsync(section, request.Token);
                        break;
                    case "UpdateFile":
                        fileName = HeaderUtilities.RemoveQuotes(disposition.FileName).ToString();
                        bytes = await CountAsync(section.Body, request.Token);
                        break;
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw Malformed();
        }
        if (parameters is null || fileName is null || bytes == 0)
            throw Malformed();
        var body = new RequestBody(parameters, null, PropertyMessages.Create);
        var targets = body.Strings("Targets");
        body.Bool("ForceUpdate");
        body.End();
        var found = UpdateResource.TargetsOf(request, targets, fileName);
        var task = await request.Bmc.Updater.ApplyAsync(UpdateResource.VersionIn(fileName), found, request.Token);
        await TaskResource.WriteAcceptedAsync(request, task);
    }

    private static async Task<JsonObject> ReadParametersAsync(MultipartSection section, CancellationToken token)
    {
        using var copy = new MemoryStream();
        var buffer = new byte[4096];
        for (int count; (count = await section.Body.ReadAsync(buffer, token)) > 0;)
        {
            if (copy.Length + count > ParametersBytesMax)
                throw Malformed();
            copy.Write(buffer, 0, count);
        }
        try
        {
            return JsonNode.Parse(copy.ToArray()) as JsonObject ?? throw Malformed();
        }
        catch (JsonException)
        {
            throw new RedfishException(StatusCodes.Status400BadRequest, BaseMessages.MalformedJson);
        }
    }

    private static async Task<long> CountAsync(Stream stream, CancellationToken token)
    {
        var buffer = new byte[64 * 1024];
        long bytes = 0;
        for (int count; (count = await stream.ReadAsync(buffer, token)) > 0;)
            bytes += count;
        return bytes;
    }

    private static RedfishException Malformed() => new(StatusCodes.Status400BadRequest, BaseMessages.MissingOrMalformedPart);
}
