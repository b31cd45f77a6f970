using System.Buffers.Binary;
using Lab.Emulators.Bmc.Ipmi.Sensors;
using Lab.Protocols.Ipmi;
using static Lab.Emulators.Bmc.Ipmi.Commands.CommandFamily;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>The SDR repository (IPMI 2.0 §33). Its records come from the machine's profile and cannot be written.</summary>
internal sealed class SdrCommands(SensorTable sensors, BmcClock clock)
{
    private const byte SdrVersion = 0x51;
    private const ushort Last = 0xffff;
    private readonly Reservation reservation = new();
    private readonly uint madeAt = clock.Seconds;

    internal IEnumerable<IpmiCommand> Commands =>
    [
        Row(IpmiNetFn.Storage, 0x20, IpmiPrivilege.User, 0..0, Info),
        Row(IpmiNetFn.Storage, 0x21, IpmiPrivilege.User, 0..0, AllocationInfo),
        Row(IpmiNetFn.Storage, 0x22, IpmiPrivilege.User, 0..0, _ => reservation.Reserve()),
        Row(IpmiNetFn.Storage, 0x23, IpmiPrivilege.User, 6..6, Get),
        Row(IpmiNetFn.Storage, 0x28, IpmiPrivilege.User, 0..0, _ => clock.Get()),
    ];

    private IpmiResponse Info(IpmiCall call)
    {
        const byte ReserveAndAllocationInfo = 0x03;
        var info = new byte[14];
        info[0] = SdrVersion;
        BinaryPrimitives.WriteUInt16LittleEndian(info.AsSpan(1), (ushort)sensors.Records.Count);
        // No free space. Added when the BMC started, never erased.
        BinaryPrimitives.WriteUInt32LittleEndian(info.AsSpan(5), madeAt);
        info[13] = ReserveAndAllocationInfo;
        return IpmiResponse.Of(info);
    }

    private static IpmiResponse AllocationInfo(IpmiCall call) => IpmiResponse.Of(0, 0, 0, 0, 0, 0, 0, 0, 0);

    private IpmiResponse Get(IpmiCall call)
    {
        var data = call.Data;
        int id = BinaryPrimitives.ReadUInt16LittleEndian(data[2..]);
        var (offset, count) = (data[4], data[5]);
        // A whole record from its start needs no reservation.
        if (offset != 0 && !reservation.Holds(data))
            return Error(IpmiCompletion.ReservationInvalid);
        var index = id switch
        {
            0 => 0,
            Last => sensors.Records.Count - 1,
            _ => id - 1,
        };
        if (index >= sensors.Records.Count)
            return Error(IpmiCompletion.RequestedDataNotPresent);
        var next = index + 1 < sensors.Records.Count ? (ushort)(index + 2) : Last;
        return RecordSlice.Answer(next, sensors.Records[index], offset, count);
    }
}
