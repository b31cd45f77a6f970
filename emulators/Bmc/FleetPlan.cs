using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Lab.Emulators.Bmc.Profiles;

namespace Lab.Emulators.Bmc;

/// <summary>How the machines of one process are told apart on the wire.</summary>
public enum FleetSpread
{
    /// <summary>Each has the next port.</summary>
    Ports,

    /// <summary>Each has the next address, and all the same ports.</summary>
    Addresses,
}

/// <summary>Many machines from the options of the first: names, serial numbers and endpoints count up.</summary>
/// <param name="Dpu">Profile of a second BMC beside each host's, which has the port after it; null for none.</param>
public sealed record FleetPlan(int Count, FleetSpread Spread, DeviceProfile? Dpu)
{
    public const int CountMax = 5000;

    public IReadOnlyList<BmcOptions> Apply(BmcOptions first) => [.. Enumerable.Range(0, Count).SelectMany(i => Machine(first, i))];

    private IEnumerable<BmcOptions> Machine(BmcOptions first, int index)
    {
        var number = Count == 1 ? "" : "-" + index.ToString(CultureInfo.InvariantCulture);
        var host = first with
        {
            Name = first.Name + number,
            SerialNumber = first.SerialNumber + number,
            Listen = Move(first.Listen, index, Dpu is null ? 1 : 2),
            Ipmi = first.Ipmi is null ? null : Move(first.Ipmi, index, 1),
            StateDirectory = first.StateDirectory is null || Count == 1 ? first.StateDirectory : first.StateDirectory + number,
        };
        yield return host;
        if (Dpu is not null)
            yield return host with
            {
                // The card is a machine of its own, whatever switches the host.
                Host = first.Host as SimulatedHost ?? new SimulatedHost(new()),
                Name = host.Name + "-dpu",
                SerialNumber = host.SerialNumber + "-dpu",
                Profile = Dpu,
                Listen = new IPEndPoint(host.Listen.Address, host.Listen.Port == 0 ? 0 : host.Listen.Port + 1),
                Sideband = null,
                Ipmi = null,
                IpmiSocket = null,
                StateDirectory = host.StateDirectory is null ? null : host.StateDirectory + "-dpu",
            };
    }

    private IPEndPoint Move(IPEndPoint first, int index, int portsEach)
    {
        if (Spread == FleetSpread.Ports)
            return new IPEndPoint(first.Address, first.Port == 0 ? 0 : first.Port + (index * portsEach));
        if (first.AddressFamily != AddressFamily.InterNetwork)
            throw new ArgumentException($"{first.Address} is no IPv4 address to count up from");
        var bytes = first.Address.GetAddressBytes();
        BinaryPrimitives.WriteUInt32BigEndian(bytes, BinaryPrimitives.ReadUInt32BigEndian(bytes) + (uint)index);
        return new IPEndPoint(new IPAddress(bytes), first.Port);
    }
}
