using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.Linux;

/// <summary>
/// Persistent taps in the network namespace of this process (tun(4), netdevice(7)); the host's NIC opens one, the card's switch the
/// other side.
/// </summary>
internal static class TapDevice
{
    private const int NameBytes = 16;
    private const int IfreqBytes = 40;
    private const nuint TunSetIff = 0x400454ca;
    private const nuint TunSetPersist = 0x400454cb;
    private const nuint SetMtu = 0x8922;
    private const nuint GetFlags = 0x8913;
    private const nuint SetFlags = 0x8914;
    private const short Tap = 0x0002;
    private const short NoPacketInformation = 0x1000;
    private const short Up = 0x0001;
    private const int EBusy = 16;

    public static bool Exists(string name) => Directory.Exists("/sys/class/net/" + name);

    /// <summary>Makes the tap if it is not there, and sets it up with <paramref name="mtu"/> bytes.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public static void Create(string name, uint mtu)
    {
        if (!Exists(name))
            using (var tap = Attach(name))
                Check(Libc.Ioctl(tap, TunSetPersist, 1), name, "persist");
        using var control = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Unspecified);
        var request = Request(name);
        BitConverter.TryWriteBytes(request.AsSpan(NameBytes), mtu);
        Check(Libc.Ioctl(control.SafeHandle, SetMtu, request), name, "MTU");
        request = Request(name);
        Check(Libc.Ioctl(control.SafeHandle, GetFlags, request), name, "flags");
        var flags = (short)(BitConverter.ToInt16(request, NameBytes) | Up);
        BitConverter.TryWriteBytes(request.AsSpan(NameBytes), flags);
        Check(Libc.Ioctl(control.SafeHandle, SetFlags, request), name, "up");
    }

    /// <returns>False while the host still holds the tap open.</returns>
    /// <exception cref="IOException">The kernel refused for another reason.</exception>
    public static bool TryDelete(string name)
    {
        if (!Exists(name))
            return true;
        using var device = OpenControl();
        if (Libc.Ioctl(device, TunSetIff, TapRequest(name)) != 0)
        {
            if (Marshal.GetLastPInvokeError() == EBusy)
                return false;
            throw new IOException($"tap {name}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        Check(Libc.Ioctl(device, TunSetPersist, 0), name, "persist");
        return true;
    }

    private static SafeFileHandle Attach(string name)
    {
        var device = OpenControl();
        if (Libc.Ioctl(device, TunSetIff, TapRequest(name)) == 0)
            return device;
        var reason = Marshal.GetLastPInvokeErrorMessage();
        device.Dispose();
        throw new IOException($"tap {name}: {reason}");
    }

    private static SafeFileHandle OpenControl() =>
        File.OpenHandle("/dev/net/tun", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

    private static byte[] TapRequest(string name)
    {
        var request = Request(name);
        BitConverter.TryWriteBytes(request.AsSpan(NameBytes), (short)(Tap | NoPacketInformation));
        return request;
    }

    private static byte[] Request(string name)
    {
        var request = new byte[IfreqBytes];
        if (Encoding.ASCII.GetByteCount(name) >= NameBytes)
            throw new IOException($"interface name {name} is longer than {NameBytes - 1} bytes");
        Encoding.ASCII.GetBytes(name, request);
        return request;
    }

    private static void Check(int result, string name, string what)
    {
        if (result != 0)
            throw new IOException($"tap {name}: {what}: {Marshal.GetLastPInvokeErrorMessage()}");
    }
}
