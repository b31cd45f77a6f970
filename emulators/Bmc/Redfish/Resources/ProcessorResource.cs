using System.Text.Json.Nodes;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>Processor 1.22 and Memory 1.23 (DSP2046).</summary>
internal static class ProcessorResource
{
    private const string ProcessorsTemplate = Paths.AnySystem + "/Processors";
    private const string MemoryTemplate = Paths.AnySystem + "/Memory";

    internal static void MapProcessors(this ResourceTable table)
    {
        table.CollectionAsync(ProcessorsTemplate, "ProcessorCollection", "Processors", async request =>
            (await request.Bmc.ReadHardwareAsync(request.Token)).Processors.Select(processor => $"{request.Path}/{processor.Id}"));
        table.AddAsync(ProcessorsTemplate + "/{processor}", ReadProcessorAsync);
        table.CollectionAsync(MemoryTemplate, "MemoryCollection", "Memory", async request =>
            (await request.Bmc.ReadHardwareAsync(request.Token)).Memory.Select(module => $"{request.Path}/{module.Id}"));
        table.AddAsync(MemoryTemplate + "/{module}", ReadMemoryAsync);
    }

    private static async ValueTask<JsonObject?> ReadProcessorAsync(RedfishRequest request)
    {
        var hardware = await request.Bmc.ReadHardwareAsync(request.Token);
        if (hardware.Processors.FirstOrDefault(p => p.Id == request["processor"]) is not { } processor)
            return null;
        var resource = Json.Resource(request.Path, "Processor.v1_22_0.Processor", processor.Id, "Processor " + processor.Id);
        resource["ProcessorType"] = "CPU";
        resource["ProcessorArchitecture"] = processor.Architecture;
        resource["InstructionSet"] = processor.InstructionSet;
        resource["Socket"] = processor.Id;
        resource["Manufacturer"] = processor.Manufacturer;
        resource["Model"] = processor.Model;
        resource["TotalCores"] = processor.Cores;
        resource["TotalEnabledCores"] = processor.Cores;
        resource["TotalThreads"] = processor.Threads;
        if (processor.MaxSpeedMHz is { } speed)
            resource["MaxSpeedMHz"] = speed;
        resource["Status"] = Json.Status();
        resource["Links"] = new JsonObject { ["Chassis"] = Json.Link(request.Paths.Chassis) };
        return resource;
    }

    private static async ValueTask<JsonObject?> ReadMemoryAsync(RedfishRequest request)
    {
        var hardware = await request.Bmc.ReadHardwareAsync(request.Token);
        if (hardware.Memory.FirstOrDefault(m => m.Id == request["module"]) is not { } module)
            return null;
        var resource = Json.Resource(request.Path, "Memory.v1_23_0.Memory", module.Id, "Memory module " + module.Id);
        resource["MemoryType"] = "DRAM";
        resource["CapacityMiB"] = module.CapacityMiB;
        resource["DeviceLocator"] = module.Id;
        resource["Manufacturer"] = module.Manufacturer;
        resource["SerialNumber"] = module.SerialNumber;
        if (module.PartNumber is not null)
            resource["PartNumber"] = module.PartNumber;
        if (module.Type is not null)
            resource["MemoryDeviceType"] = module.Type;
        if (module.SpeedMHz is { } speed)
            resource["OperatingSpeedMhz"] = speed;
        resource["Status"] = Json.Status();
        resource["Links"] = new JsonObject { ["Chassis"] = Json.Link(request.Paths.Chassis) };
        return resource;
    }
}
