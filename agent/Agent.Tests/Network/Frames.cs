using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Lab.Agent.Tests.Network;

/// <summary>Raw Ethernet frames as hexadecimal text, honest ones and others.</summary>
internal static class Frames
{
    public const string Broadcast = "ff:ff:ff:ff:ff:ff";

    public static string Mark(string text) => Convert.ToHexStringLower(Encoding.ASCII.GetBytes(text));

    public static string Udp(string toMac, string fromMac, string fromIp, string toIp, string payload, int fromPort = 4000, string tag = "") =>
        Ethernet(toMac, fromMac, tag + "0800", Ipv4(fromIp, toIp, fromPort, payload));

    public static string ArpRequest(string ethernetFrom, string senderMac, string senderIp, string targetIp) =>
        Ethernet(Broadcast, ethernetFrom, "0806", "0001080006040001" + Mac(senderMac) + Ip(senderIp) + "000000000000" + Ip(targetIp));

    public static string ArpReply(string toMac, string ethernetFrom, string senderMac, string senderIp, string targetIp) =>
        Ethernet(toMac, ethernetFrom, "0806", "0001080006040002" + Mac(senderMac) + Ip(senderIp) + Mac(toMac) + Ip(targetIp));

    public static string Ethernet(string toMac, string fromMac, string type, string payload) =>
        (Mac(toMac) + Mac(fromMac) + type + payload).PadRight(120, '0');

    public static string Mac(string mac) => mac.Replace(":", "", StringComparison.Ordinal);

    public static string Ip(string address) => Convert.ToHexStringLower(IPAddress.Parse(address).GetAddressBytes());

    private static string Ipv4(string from, string to, int fromPort, string payload)
    {
        var data = Encoding.ASCII.GetBytes(payload);
        var packet = new byte[28 + data.Length];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = 17;
        IPAddress.Parse(from).GetAddressBytes().CopyTo(packet, 12);
        IPAddress.Parse(to).GetAddressBytes().CopyTo(packet, 16);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), Checksum(packet.AsSpan(0, 20)));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(20), (ushort)fromPort);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(22), 9);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(24), (ushort)(8 + data.Length));
        data.CopyTo(packet, 28);
        return Convert.ToHexStringLower(packet);
    }

    private static ushort Checksum(ReadOnlySpan<byte> header)
    {
        var sum = 0;
        for (var at = 0; at < header.Length; at += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(header[at..]);
        while (sum >> 16 != 0)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }
}
