using System.Buffers.Binary;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.Tests.NvmeTcp;

/// <summary>The reservation commands (base specification 2.0 §7.2 to 7.5) as a host gives them.</summary>
internal static class ReservationVerbs
{
    public static StatusCode Register(this NvmeDisk disk, byte action, ulong key, ulong current = 0, uint persistence = 0) =>
        Execute(disk, Opcode.ReservationRegister, action | (persistence << 30), [.. BitConverter.GetBytes(current), .. BitConverter.GetBytes(key)]);

    public static StatusCode Acquire(this NvmeDisk disk, byte action, byte type, ulong key, ulong preempted = 0) =>
        Execute(disk, Opcode.ReservationAcquire, action | ((uint)type << 8), [.. BitConverter.GetBytes(key), .. BitConverter.GetBytes(preempted)]);

    public static StatusCode Release(this NvmeDisk disk, byte action, byte type, ulong key) =>
        Execute(disk, Opcode.ReservationRelease, action | ((uint)type << 8), BitConverter.GetBytes(key));

    private static StatusCode Execute(NvmeDisk disk, byte opcode, uint options, byte[] data)
    {
        var entry = disk.Io.Entry(opcode, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(40), options);
        return disk.Io.Execute(entry, data).Status;
    }
}
