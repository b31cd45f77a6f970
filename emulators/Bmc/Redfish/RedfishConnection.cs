namespace Lab.Emulators.Bmc.Redfish;

/// <summary>Which BMC a connection reached, and by which door; a feature of every connection.</summary>
/// <param name="IsSideband">It came over the host interface, where bootstrap accounts are good.</param>
internal sealed record RedfishConnection(BmcInstance Bmc, bool IsSideband);
