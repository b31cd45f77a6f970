using Lab.Emulators.Bmc.Profiles;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>URIs of one BMC's service. There is one system, chassis and manager, called as its profile says.</summary>
public sealed class Paths(ResourceIds ids)
{
    public const string Root = "/redfish/v1";
    public const string Systems = Root + "/Systems";
    public const string AllChassis = Root + "/Chassis";
    public const string Managers = Root + "/Managers";
    public const string SessionService = Root + "/SessionService";
    public const string Sessions = SessionService + "/Sessions";
    public const string AccountService = Root + "/AccountService";
    public const string Accounts = AccountService + "/Accounts";
    public const string Roles = AccountService + "/Roles";
    public const string Registries = Root + "/Registries";
    public const string TaskService = Root + "/TaskService";
    public const string Tasks = TaskService + "/Tasks";
    public const string TaskMonitors = TaskService + "/TaskMonitors";
    public const string UpdateService = Root + "/UpdateService";
    public const string EventService = Root + "/EventService";
    public const string Subscriptions = EventService + "/Subscriptions";
    public const string CertificateService = Root + "/CertificateService";
    public const string TelemetryService = Root + "/TelemetryService";

    /// <summary>Templates of the three that are named by the profile (<see cref="ResourceTable"/>).</summary>
    public const string AnySystem = Systems + "/{system}";
    public const string AnyChassis = AllChassis + "/{chassis}";
    public const string AnyManager = Managers + "/{manager}";

    public const string OffsetHeader = "X-Console-Offset";
    public const string EndHeader = "X-Console-End";

    public string System { get; } = $"{Systems}/{ids.System}";
    public string Chassis { get; } = $"{AllChassis}/{ids.Chassis}";
    public string Manager { get; } = $"{Managers}/{ids.Manager}";
}
