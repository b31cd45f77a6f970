using System.Buffers.Binary;
using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Fru;
using static Lab.Emulators.Bmc.Ipmi.Commands.CommandFamily;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>FRU inventory (IPMI 2.0 §34): device 0, made from profile, serial number and asset tag; read-only.</summary>
internal sealed class FruCommands(BmcInstance bmc)
{
    private const byte BuiltIn = 0;
    private const byte RackMountChassis = 0x17;
    private static readonly DateTimeOffset Made = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);

    internal IEnumerable<IpmiCommand> Commands =>
    [
        Row(IpmiNetFn.Storage, 0x10, IpmiPrivilege.User, 1..1, AreaInfo),
        Row(IpmiNetFn.Storage, 0x11, IpmiPrivilege.User, 4..4, Read),
    ];

    private byte[] Inventory
    {
        get
        {
            var (profile, serial) = (bmc.Profile, bmc.SerialNumber);
            return FruInventory.Write(
                new FruChassis(RackMountChassis, profile.PartNumber, serial),
                new FruBoard(Made, profile.Board.Manufacturer, profile.Board.Product, serial, profile.Board.PartNumber),
                new FruProduct(profile.Manufacturer, profile.Model, profile.PartNumber, profile.Sku, serial, bmc.Device.State.AssetTag));
        }
    }

    private IpmiResponse AreaInfo(IpmiCall call)
    {
        const byte AccessedByBytes = 0;
        if (call.Data[0] != BuiltIn)
            return Error(IpmiCompletion.RequestedDataNotPresent);
        var size = Inventory.Length;
        return IpmiResponse.Of((byte)size, (byte)(size >> 8), AccessedByBytes);
    }

    private IpmiResponse Read(IpmiCall call)
    {
        const int CountMax = 128;
        if (call.Data[0] != BuiltIn)
            return Error(IpmiCompletion.RequestedDataNotPresent);
        var inventory = Inventory;
        int offset = BinaryPrimitives.ReadUInt16LittleEndian(call.Data[1..]);
        var count = Math.Min(call.Data[3], inventory.Length - offset);
        if (count < 0 || call.Data[3] == 0)
            return Error(IpmiCompletion.ParameterOutOfRange);
        if (count > CountMax)
            return Error(IpmiCompletion.CannotReturnRequestedBytes);
        return IpmiResponse.Of([(byte)count, .. inventory.AsSpan(offset, count)]);
    }
}
