using System.Globalization;
using System.Net;

namespace Lab.Scenarios.Isolation;

/// <summary>Ethernet frames as hexadecimal digits, for the guest's lab-send-frame.</summary>
internal static class Frames
{
    private const string TypeIPv4 = "0800";
    private const string TypeArp = "0806";
    private const byte ProtocolUdp = 17;

    /// <summary>An ARP request (RFC 826) to everybody.</summary>
    public static string ArpRequest(string sourceMac, string senderMac, string senderIp, string targetIp) =>
        "ffffffffffff" + Mac(sourceMac) + TypeArp + "0001" + TypeIPv4 + "06" + "04" + "0001"
        + Mac(senderMac) + Ip(senderIp) + "000000000000" + Ip(targetIp) + Padding(18);

    /// <summary>A UDP datagram (RFC 768), without checksum.</summary>
    /// <param name="port">Tells the datagrams of one probe from another's stragglers.</param>
    public static string Udp(string sourceMac, string targetMac, string sourceIp, string targetIp, int port)
    {
        const string Payload = "6c61622d70726f6265"; // "lab-probe"
        var udp = "c350" + Word(port) + Word(8 + (Payload.Length / 2)) + "0000" + Payload;
        var header = "4500" + Word(20 + (udp.Length / 2)) + "0000" + "4000" + "40" + ProtocolUdp.ToString("x2", CultureInfo.InvariantCulture);
        var checksum = HeaderChecksum(header + "0000" + Ip(sourceIp) + Ip(targetIp));
        return Mac(targetMac) + Mac(sourceMac) + TypeIPv4 + header + Word(checksum) + Ip(sourceIp) + Ip(targetIp) + udp + Padding(12);
    }

    private static string Mac(string mac) => mac.Replace(":", "", StringComparison.Ordinal);

    private static string Ip(string address) => Convert.ToHexStringLower(IPAddress.Parse(address).GetAddressBytes());

    private static string Word(int value) => value.ToString("x4", CultureInfo.InvariantCulture);

    private static string Padding(int bytes) => new('0', bytes * 2);

    /// <summary>RFC 791 §3.1: the one's complement of the one's complement sum.</summary>
    private static int HeaderChecksum(string header)
    {
        var sum = 0;
        for (var i = 0; i < header.Length; i += 4)
            sum += int.Parse(header.AsSpan(i, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        while (sum > 0xffff)
            sum = (sum & 0xffff) + (sum >> 16);
        return ~sum & 0xffff;
    }
}
