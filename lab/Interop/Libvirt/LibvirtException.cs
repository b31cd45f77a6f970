using System.Runtime.InteropServices;

namespace Lab.Interop.Libvirt;

/// <summary>An error libvirt answered (https://libvirt.org/html/libvirt-virterror.html).</summary>
/// <param name="code">virErrorNumber; the ones this repository decides on are in <see cref="LibvirtErrorCode"/>.</param>
/// <param name="domain">virErrorDomain: the part of libvirt that raised it.</param>
public sealed class LibvirtException(int code, int domain, string message) : Exception(message)
{
    public int Code => code;
    public int Domain => domain;

    /// <summary>The daemon is gone or was never there: open a new connection. Says nothing about the domain.</summary>
    public bool IsConnectionLost =>
        code is LibvirtErrorCode.NoConnect or LibvirtErrorCode.Rpc or LibvirtErrorCode.InvalidConnection
        || (code is LibvirtErrorCode.SystemError or LibvirtErrorCode.InternalError && domain is LibvirtErrorDomain.Rpc or LibvirtErrorDomain.Remote);

    /// <summary>The calling thread's last error.</summary>
    internal static unsafe LibvirtException Last(string operation)
    {
        var error = LibvirtNative.virGetLastError();
        if (error is null)
            return new LibvirtException(0, 0, operation + " failed");
        var thrown = new LibvirtException(error->Code, error->Domain, Marshal.PtrToStringUTF8((nint)error->Message) ?? operation + " failed");
        LibvirtNative.virResetLastError();
        return thrown;
    }
}

/// <summary>Values of virErrorNumber.</summary>
public static class LibvirtErrorCode
{
    public const int InternalError = 1;
    public const int NotSupported = 3;
    public const int NoConnect = 5;
    public const int InvalidConnection = 6;
    public const int InvalidArgument = 8;
    public const int OperationFailed = 9;
    public const int SystemError = 38;
    public const int Rpc = 39;
    public const int NoDomain = 42;
    public const int OperationInvalid = 55;
    public const int ConfigUnsupported = 67;
    public const int OperationTimeout = 68;
    public const int DeviceMissing = 99;
}

/// <summary>Values of virErrorDomain.</summary>
public static class LibvirtErrorDomain
{
    public const int Rpc = 7;
    public const int Qemu = 10;
    public const int Remote = 13;
}
