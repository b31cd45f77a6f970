using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.Tests.DataPath.Vhost;

/// <summary>Memory as a front end makes it (memfd_create(2)).</summary>
internal static partial class MemFd
{
    private const uint CloseOnExec = 1;
    private const uint AllowSealing = 2;

    public static SafeFileHandle Create(long length, bool allowsSeals)
    {
        var file = new SafeFileHandle(Create("front end", CloseOnExec | (allowsSeals ? AllowSealing : 0)), true);
        Assert.False(file.IsInvalid);
        RandomAccess.SetLength(file, length);
        return file;
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Create(string name, uint flags);
}
