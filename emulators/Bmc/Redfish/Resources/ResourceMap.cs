namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>Everything the service shows, family by family.</summary>
internal static class ResourceMap
{
    internal static ResourceTable Build()
    {
        var table = new ResourceTable();
        table.MapServiceRoot();
        table.MapRegistries();
        table.MapSessions();
        table.MapAccounts();
        table.MapSystem();
        table.MapBoot();
        table.MapCardMode();
        table.MapBios();
        table.MapSecureBoot();
        table.MapProcessors();
        table.MapNetwork();
        table.MapStorage();
        table.MapPcie();
        table.MapVirtualMedia();
        table.MapLogs();
        table.MapConsole();
        table.MapChassis();
        table.MapSensors();
        table.MapPower();
        table.MapThermal();
        table.MapManager();
        table.MapManagerNetwork();
        table.MapHostInterfaces();
        table.MapTasks();
        table.MapUpdates();
        table.MapEvents();
        table.MapCertificates();
        table.MapTelemetry();
        return table;
    }
}
