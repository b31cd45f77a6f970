namespace Lab.Emulators.Bmc.Redfish;

/// <summary>URIs of the service. There is one system, chassis and manager, each called 1.</summary>
public static class Paths
{
    public const string Root = "/redfish/v1";
    public const string Systems = Root + "/Systems";
    public const string System = Systems + "/1";
    public const string SystemReset = System + "/Actions/ComputerSystem.Reset";
    public const string LogServices = System + "/LogServices";
    public const string ConsoleLog = LogServices + "/SerialConsole";
    public const string ConsoleLogClear = ConsoleLog + "/Actions/LogService.ClearLog";
    public const string ConsoleLogEntries = ConsoleLog + "/Entries";
    public const string ConsoleLogEntry = ConsoleLogEntries + "/1";

    /// <summary>
    /// The console's text, as octets. Query <c>since</c>: offset of the first byte wanted. Response headers
    /// <see cref="OffsetHeader"/>: offset of the first byte returned, <see cref="EndHeader"/>: of the first one after them.
    /// </summary>
    public const string ConsoleText = ConsoleLogEntry + "/Attachment";

    /// <summary>
    /// WebSocket; binary messages both ways. Query <c>since</c>: replay the log from that offset on before what is new. Header
    /// <see cref="OffsetHeader"/> of the handshake's answer: offset of the first byte that will be sent.
    /// </summary>
    public const string ConsoleSocket = System + "/SerialConsole";
    public const string OffsetHeader = "X-Console-Offset";
    public const string EndHeader = "X-Console-End";

    public const string AllChassis = Root + "/Chassis";
    public const string Chassis = AllChassis + "/1";
    public const string Managers = Root + "/Managers";
    public const string Manager = Managers + "/1";
    public const string ManagerReset = Manager + "/Actions/Manager.Reset";
    public const string HostInterfaces = Manager + "/HostInterfaces";
    public const string HostInterface = HostInterfaces + "/1";
    public const string NetworkProtocol = Manager + "/NetworkProtocol";
    public const string SessionService = Root + "/SessionService";
    public const string Sessions = SessionService + "/Sessions";
    public const string AccountService = Root + "/AccountService";
    public const string Accounts = AccountService + "/Accounts";
    public const string Roles = AccountService + "/Roles";
    public const string Registries = Root + "/Registries";
}
