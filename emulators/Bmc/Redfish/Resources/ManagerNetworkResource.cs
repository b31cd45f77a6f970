using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Lab.Emulators.Bmc.Accounts;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>
/// ManagerNetworkProtocol 1.12, the BMC's EthernetInterface 1.12 and SerialInterface 1.3 (DSP2046). Settings are kept and shown; the
/// sockets stay where the command line put them.
/// </summary>
internal static partial class ManagerNetworkResource
{
    internal const string HttpsCertificates = "/NetworkProtocol/HTTPS/Certificates";
    private const string ProtocolTemplate = Paths.AnyManager + "/NetworkProtocol";
    private const string EthernetTemplate = Paths.AnyManager + "/EthernetInterfaces";
    private const string SerialTemplate = Paths.AnyManager + "/SerialInterfaces";
    private const string InterfaceId = "eth0";
    private const string SerialId = "1";
    private const int NtpServersMax = 4;
    private static readonly string[] BitRates = ["9600", "19200", "38400", "57600", "115200"];

    internal static void MapManagerNetwork(this ResourceTable table)
    {
        table.Add(ProtocolTemplate, ReadProtocol).Patch(Role.Administrator, WriteProtocolAsync);
        table.Collection(EthernetTemplate, "EthernetInterfaceCollection", "Ethernet interfaces", request => [$"{request.Path}/{InterfaceId}"]);
        table.Add(EthernetTemplate + "/" + InterfaceId, ReadEthernet).Patch(Role.Administrator, WriteEthernetAsync);
        table.Collection(SerialTemplate, "SerialInterfaceCollection", "Serial interfaces", request => [$"{request.Path}/{SerialId}"]);
        table.Add(SerialTemplate + "/" + SerialId, ReadSerial).Patch(Role.Administrator, WriteSerialAsync);
    }

    private static string HostName(RedfishRequest request) => request.State.Manager.HostName ?? request.Bmc.Name;

    private static JsonObject ReadProtocol(RedfishRequest request)
    {
        var settings = request.State.Manager;
        var isHttps = request.Context.Request.IsHttps;
        var port = request.Context.Connection.LocalPort;
        var protocol = Json.Resource(
            request.Path, "ManagerNetworkProtocol.v1_12_0.ManagerNetworkProtocol", "NetworkProtocol", "Network protocols");
        protocol["HostName"] = HostName(request);
        protocol["FQDN"] = HostName(request);
        protocol["HTTPS"] = new JsonObject
        {
            ["ProtocolEnabled"] = isHttps,
            ["Port"] = isHttps ? port : null,
            ["Certificates"] = Json.Link(request.Paths.Manager + HttpsCertificates),
        };
        protocol["HTTP"] = new JsonObject { ["ProtocolEnabled"] = !isHttps, ["Port"] = isHttps ? null : port };
        protocol["IPMI"] = new JsonObject { ["ProtocolEnabled"] = request.Bmc.IpmiPort is not null, ["Port"] = request.Bmc.IpmiPort };
        protocol["NTP"] = new JsonObject { ["ProtocolEnabled"] = settings.NtpEnabled, ["NTPServers"] = Json.Strings(settings.NtpServers) };
        protocol["Status"] = Json.Status();
        return protocol;
    }

    private static async Task WriteProtocolAsync(RedfishRequest request, RequestBody body)
    {
        var name = TakeHostName(body);
        var ntp = body.Object("NTP");
        var enabled = ntp?.Bool("ProtocolEnabled");
        var servers = ntp?.Strings("NTPServers");
        if (servers?.Count > NtpServersMax)
            ntp!.Refuse("NTPServers", messages => messages.OutOfRange($"{servers.Count} servers", "NTPServers"));
        ntp?.End();
        body.End();
        await request.Bmc.Device.ConfigureAsync(
            state => state with
            {
                Manager = state.Manager with
                {
                    HostName = name ?? state.Manager.HostName,
                    NtpEnabled = enabled ?? state.Manager.NtpEnabled,
                    NtpServers = servers is null ? state.Manager.NtpServers : [.. servers.Where(server => server.Length > 0)],
                },
            },
            request.Token);
    }

    private static string? TakeHostName(RequestBody body)
    {
        var name = body.String("HostName");
        if (name is not null && !HostNamePattern.IsMatch(name))
            body.Refuse("HostName", messages => messages.WrongFormat(name, "HostName"));
        return name;
    }

    private static JsonObject ReadEthernet(RedfishRequest request)
    {
        var (settings, address) = (request.State.Manager, request.Context.Connection.LocalIpAddress ?? IPAddress.Loopback);
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        var ethernet = Json.Resource(request.Path, "EthernetInterface.v1_12_4.EthernetInterface", InterfaceId, "Interface of the BMC");
        ethernet["InterfaceEnabled"] = true;
        ethernet["LinkStatus"] = "LinkUp";
        ethernet["HostName"] = HostName(request);
        ethernet["MACAddress"] = MacOf(request);
        ethernet["PermanentMACAddress"] = MacOf(request);
        ethernet["SpeedMbps"] = 1000;
        ethernet["FullDuplex"] = true;
        ethernet["MTUSize"] = 1500;
        ethernet["DHCPv4"] = new JsonObject { ["DHCPEnabled"] = settings.IsDhcp };
        ethernet["NameServers"] = Json.Strings(settings.NameServers);
        ethernet["StaticNameServers"] = Json.Strings(settings.NameServers);
        var isIpv4 = address.AddressFamily == AddressFamily.InterNetwork;
        ethernet["IPv4Addresses"] = isIpv4
            ? new JsonArray(new JsonObject { ["Address"] = address.ToString(), ["SubnetMask"] = "255.255.255.0", ["AddressOrigin"] = settings.IsDhcp ? "DHCP" : "Static" })
            : new JsonArray();
        ethernet["IPv6Addresses"] = isIpv4
            ? new JsonArray()
            : new JsonArray(new JsonObject { ["Address"] = address.ToString(), ["PrefixLength"] = 64, ["AddressOrigin"] = "Static", ["AddressState"] = "Preferred" });
        ethernet["Status"] = Json.Status();
        return ethernet;
    }

    private static async Task WriteEthernetAsync(RedfishRequest request, RequestBody body)
    {
        var name = TakeHostName(body);
        var dhcp = body.Object("DHCPv4");
        var isDhcp = dhcp?.Bool("DHCPEnabled");
        dhcp?.End();
        var servers = body.Strings("StaticNameServers");
        foreach (var wrong in servers?.Where(server => !IPAddress.TryParse(server, out _)) ?? [])
            body.Refuse("StaticNameServers", messages => messages.WrongFormat(wrong, "StaticNameServers"));
        body.End();
        await request.Bmc.Device.ConfigureAsync(
            state => state with
            {
                Manager = state.Manager with
                {
                    HostName = name ?? state.Manager.HostName,
                    IsDhcp = isDhcp ?? state.Manager.IsDhcp,
                    NameServers = servers is null ? state.Manager.NameServers : [.. servers],
                },
            },
            request.Token);
    }

    private static JsonObject ReadSerial(RedfishRequest request)
    {
        var serial = Json.Resource(request.Path, "SerialInterface.v1_3_0.SerialInterface", SerialId, "Serial port of the host");
        serial["InterfaceEnabled"] = true;
        serial["SignalType"] = "Rs232";
        serial["BitRate"] = request.State.Manager.SerialBitRate;
        serial["Parity"] = "None";
        serial["DataBits"] = "8";
        serial["StopBits"] = "1";
        serial["FlowControl"] = "None";
        return serial;
    }

    private static async Task WriteSerialAsync(RedfishRequest request, RequestBody body)
    {
        var rate = body.OneOf("BitRate", BitRates);
        body.End();
        await request.Bmc.Device.ConfigureAsync(
            state => state with { Manager = state.Manager with { SerialBitRate = rate ?? state.Manager.SerialBitRate } }, request.Token);
    }

    private static string MacOf(RedfishRequest request) =>
        string.Join(':', request.Bmc.Identity.Mac.Select(octet => octet.ToString("x2", CultureInfo.InvariantCulture)));

    /// <summary>RFC 1123 §2.1.</summary>
    [GeneratedRegex("^[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$")]
    private static partial Regex HostNamePattern { get; }
}
