using System.Runtime.InteropServices;

namespace Lab.Interop.Libvirt;

/// <summary>libvirt.so.0 (https://libvirt.org/html/index.html). Each file of this class holds one group of functions.</summary>
internal static unsafe partial class LibvirtNative
{
    private const string Library = "libvirt.so.0";
    private const string QemuLibrary = "libvirt-qemu.so.0";

    /// <summary>The calling thread's last error; null when there is none. Owned by libvirt (libvirt-virterror.html#virGetLastError).</summary>
    [LibraryImport(Library)]
    internal static partial NativeError* virGetLastError();

    [LibraryImport(Library)]
    internal static partial void virResetLastError();

    /// <summary>Without this libvirt writes every error to stderr as well (libvirt-virterror.html#virSetErrorFunc).</summary>
    [LibraryImport(Library)]
    internal static partial void virSetErrorFunc(void* userData, delegate* unmanaged<void*, NativeError*, void> handler);

    [LibraryImport(Library)]
    internal static partial int virInitialize();

    /// <summary>The first fields of virError; the rest is not read.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct NativeError
    {
        public int Code;
        public int Domain;
        public byte* Message;
    }
}
