using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lab.Emulators.Bmc.Device;

namespace Lab.Emulators.Bmc.Faults;

/// <summary>
/// The side door for scenarios, apart from what clients see: faults are set, listed and removed, sensors forced. JSON over HTTP, without
/// login: it belongs on loopback.
/// <code>
/// GET    /faults                          the faults set, and how often each acted
/// POST   /faults                          one <see cref="FaultRule"/>; answers its id
/// DELETE /faults, /faults/{id}
/// PUT    /machines/{name}/sensors/{id}    a number, or null to give it back
/// </code>
/// </summary>
internal sealed class ControlPort(FaultSet faults, BmcFleet fleet)
{
    internal static JsonSerializerOptions Json { get; } = new()
    {
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public async Task InvokeAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        try
        {
            switch (request.Method, (request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                case ("GET", ["faults"]):
                    await response.WriteAsJsonAsync(
                        faults.Active.Select(fault => new { fault.Id, fault.Count, fault.Rule }), Json, context.RequestAborted);
                    break;
                case ("POST", ["faults"]):
                    var rule = await JsonSerializer.DeserializeAsync<FaultRule>(request.Body, Json, context.RequestAborted)
                        ?? throw new InvalidDataException("null is no fault");
                    response.StatusCode = StatusCodes.Status201Created;
                    await response.WriteAsJsonAsync(new { faults.Add(rule).Id }, Json, context.RequestAborted);
                    break;
                case ("DELETE", ["faults"]):
                    faults.Clear();
                    response.StatusCode = StatusCodes.Status204NoContent;
                    break;
                case ("DELETE", ["faults", var id]):
                    response.StatusCode = faults.Remove(id) ? StatusCodes.Status204NoContent : StatusCodes.Status404NotFound;
                    break;
                case ("PUT", ["machines", var machine, "sensors", var sensor]):
                    response.StatusCode = await ForceAsync(machine, sensor, await JsonSerializer.DeserializeAsync<JsonNode>(request.Body, cancellationToken: context.RequestAborted), context.RequestAborted)
                        ? StatusCodes.Status204NoContent
                        : StatusCodes.Status404NotFound;
                    break;
                default:
                    response.StatusCode = StatusCodes.Status404NotFound;
                    break;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or InvalidOperationException)
        {
            response.StatusCode = StatusCodes.Status400BadRequest;
            await response.WriteAsync(e.Message, context.RequestAborted);
        }
    }

    private async Task<bool> ForceAsync(string machine, string sensor, JsonNode? value, CancellationToken token)
    {
        if (fleet.Instances.FirstOrDefault(bmc => bmc.Name == machine) is not { } bmc
            || bmc.Profile.Sensors.FirstOrDefault(known => known.Id == sensor) is not { } definition)
            return false;
        var reading = value?.GetValue<double>();
        await bmc.Device.ConfigureAsync(state => DeviceMachine.ForceSensor(state, definition, reading, bmc.Time.GetUtcNow()), token);
        return true;
    }
}
