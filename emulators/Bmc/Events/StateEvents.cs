using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Machine;
using Lab.Emulators.Bmc.Redfish;

namespace Lab.Emulators.Bmc.Events;

/// <summary>What a change of the device state means to subscribers: a pure function of before and after.</summary>
internal static class StateEvents
{
    private static readonly MessageRegistry Resources = MessageRegistry.Of("ResourceEvent");
    private static readonly MessageRegistry Tasks = MessageRegistry.Of("TaskEvent");

    internal static IEnumerable<(RedfishMessage Message, string Origin)> Between(DeviceState before, DeviceState after, Paths paths)
    {
        if (before.Power != after.Power)
            yield return (Resources.Make(after.Power == MachinePower.On ? "ResourcePoweredOn" : "ResourcePoweredOff", paths.System), paths.System);
        else if (before.Pending is null && after.Pending is not null)
            yield return (Resources.Make("ResourcePoweringOff", paths.System), paths.System);
        if (before.Boot != after.Boot || before.AssetTag != after.AssetTag || before.PowerRestorePolicy != after.PowerRestorePolicy)
            yield return (Resources.Make("ResourceChanged"), paths.System);
        if (before.Bios != after.Bios)
            yield return (Resources.Make("ResourceChanged"), paths.System + "/Bios");
        if (before.SecureBoot != after.SecureBoot)
            yield return (Resources.Make("ResourceChanged"), paths.System + "/SecureBoot");
        foreach (var slot in before.Media.Keys.Union(after.Media.Keys).Where(slot => before.Media.GetValueOrDefault(slot) != after.Media.GetValueOrDefault(slot)))
            yield return (Resources.Make("ResourceChanged"), $"{paths.System}/VirtualMedia/{slot}");
        foreach (var (id, version) in after.Firmware.Versions.Where(firmware => before.Firmware.Versions.GetValueOrDefault(firmware.Key) != firmware.Value))
            yield return (Resources.Make("ResourceChanged"), $"{Redfish.Resources.UpdateResource.Inventory}/{id}");
        foreach (var task in after.Tasks.Except(before.Tasks))
            yield return (Tasks.Make(KeyOf(task.State), task.Id), $"{Paths.Tasks}/{task.Id}");
        var known = before.EventLog.LastId;
        foreach (var entry in after.EventLog.Entries.Where(entry => entry.Id > known && entry.Event.MessageId is null))
            yield return (LogMessage(entry.Event), $"{paths.System}/LogServices/SEL/Entries/{entry.Id}");
    }

    private static string KeyOf(DeviceTaskState state) => state switch
    {
        DeviceTaskState.Running => "TaskStarted",
        DeviceTaskState.Completed => "TaskCompletedOK",
        DeviceTaskState.Cancelled => "TaskCancelled",
        _ => "TaskAborted",
    };

    // Entries without a registered message are told in their own words.
    private static RedfishMessage LogMessage(SelEvent logged) =>
        Resources.Make("ResourceCreated") with { Text = logged.Message, Severity = logged.Severity.ToString() };
}
