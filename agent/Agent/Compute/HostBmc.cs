using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Agent.Dpu;
using Lab.Contracts.Link;

namespace Lab.Agent.Compute;

/// <summary>What the BMC tells of its host.</summary>
public sealed record HostSystem(Guid Uuid, PowerState Power, int Vcpus, int MemoryMiB, string Manufacturer, string Model);

/// <summary>The host behind the DPU, by its BMC's Redfish service. Resources are found by following links from the service root.</summary>
public sealed class HostBmc(RedfishClient redfish, TimeProvider time)
{
    private static readonly TimeSpan PowerTimeMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    private const string ResetAction = "#ComputerSystem.Reset";

    private string? systemPath;

    /// <exception cref="BmcException">The BMC refused or is away.</exception>
    public async Task<HostSystem> GetSystemAsync(CancellationToken token)
    {
        var system = await SystemAsync(token);
        var processors = system.Field("ProcessorSummary") ?? default;
        var threads = processors.Number("LogicalProcessorCount");
        var memory = (system.Field("MemorySummary") ?? default).Field("TotalSystemMemoryGiB");
        return new HostSystem(
            Guid.TryParse(system.Text("UUID"), out var uuid) ? uuid : throw new BmcException("the system has no UUID"),
            Power(system),
            (int)(threads > 0 ? threads : processors.Number("Count")),
            memory is { ValueKind: JsonValueKind.Number } gib ? (int)Math.Round(gib.GetDouble() * 1024) : 0,
            system.Text("Manufacturer") ?? "",
            system.Text("Model") ?? "");
    }

    public async Task<PowerState> GetPowerAsync(CancellationToken token) => Power(await SystemAsync(token));

    /// <summary>Switches the host and waits until it is so. One that is so already is left alone.</summary>
    public async Task SetPowerAsync(PowerState wanted, CancellationToken token)
    {
        var system = await SystemAsync(token);
        if (Power(system) == wanted)
            return;
        await ResetAsync(system, wanted == PowerState.On ? "On" : "ForceOff", token);
        var deadline = time.GetTimestamp();
        while (await GetPowerAsync(token) != wanted)
        {
            if (time.GetElapsedTime(deadline) > PowerTimeMax)
                throw new BmcException($"the host is not {wanted} after {PowerTimeMax.TotalSeconds:0} s");
            await Task.Delay(PollInterval, time, token);
        }
    }

    /// <summary>Returns when the BMC took the request.</summary>
    public async Task ResetAsync(ResetType type, CancellationToken token) => await ResetAsync(await SystemAsync(token), type.ToString(), token);

    /// <summary>The text of the serial console that the BMC kept.</summary>
    public async Task<string> ReadConsoleAsync(CancellationToken token) =>
        await ConsoleLog.ReadAsync(redfish, await SystemAsync(token), token);

    private static PowerState Power(JsonElement system) => system.Text("PowerState") switch
    {
        "On" or "PoweringOn" or "PoweringOff" or "Paused" => PowerState.On,
        "Off" => PowerState.Off,
        var other => throw new BmcException($"PowerState is {other ?? "absent"}"),
    };

    private async Task ResetAsync(JsonElement system, string type, CancellationToken token)
    {
        var target = ((system.Field("Actions") ?? default).Field(ResetAction) ?? default).Text("target")
            ?? throw new BmcException($"the system has no {ResetAction}");
        await redfish.PostAsync(target, new JsonObject { ["ResetType"] = type }, token);
    }

    private async Task<JsonElement> SystemAsync(CancellationToken token)
    {
        if (systemPath is null)
        {
            var root = await redfish.GetAsync(RedfishClient.ServiceRoot, token);
            var systems = await redfish.GetAsync(Link(root, "Systems"), token);
            systemPath = systems.Field("Members").Items().Select(m => m.Text("@odata.id")).FirstOrDefault(p => p is not null)
                ?? throw new BmcException("the BMC has no system");
        }
        return await redfish.GetAsync(systemPath, token);
    }

    internal static string Link(JsonElement resource, string name) =>
        (resource.Field(name) ?? default).Text("@odata.id") ?? throw new BmcException($"{resource.Text("@odata.id")} has no link {name}");
}
