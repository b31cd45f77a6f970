namespace Lab.Emulators.Dpu.Keyring;

/// <summary>A file that holds one key as text.</summary>
internal static class KeyFile
{
    /// <summary>Bytes; the longest DH-HMAC-CHAP secret is under 120.</summary>
    private const int LengthMax = 1024;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <exception cref="DpuException">It is not absolute, not there, or others than its owner have rights on it (keyring_file_check_path).</exception>
    public static void Check(string path)
    {
        if (!Path.IsPathRooted(path) || path.Contains('\0', StringComparison.Ordinal))
            throw new DpuException(Errno.Invalid);
        if (!File.Exists(path))
            throw new DpuException(Errno.NoEntry);
        if ((File.GetUnixFileMode(path) & Others) != 0)
            throw new DpuException(Errno.NotPermitted);
    }

    /// <returns>Its first line.</returns>
    /// <exception cref="DpuException">As of <see cref="Check"/>, or it cannot be read.</exception>
    public static string Read(string path)
    {
        Check(path);
        try
        {
            if (new FileInfo(path).Length > LengthMax)
                throw new DpuException(Errno.Invalid);
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DpuException(Errno.InputOutput, null, e);
        }
    }
}
