using System.Runtime.InteropServices;

namespace Lab.Emulators.Dpu.Linux;

/// <summary>Makes a rename durable: fsync(2) of the directory that holds the name.</summary>
internal static class DirectorySync
{
    private const int Directory = 0x10000;

    /// <exception cref="IOException">The directory cannot be opened or flushed.</exception>
    public static void Flush(string path)
    {
        var descriptor = Libc.Open(path, Directory);
        if (descriptor < 0)
            throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        try
        {
            if (Libc.Fsync(descriptor) != 0)
                throw new IOException($"fsync {path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        finally
        {
            _ = Libc.Close(descriptor);
        }
    }
}
