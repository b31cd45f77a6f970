namespace Lab.Manager.Configuration;

internal static class BootstrapLimits
{
    public const int FileBytesMax = 1024 * 1024;
    public const int ProjectsMax = 1000;
    public const int UsersMax = 1000;
    public const int RolesMax = 100;
    public const int PasswordLengthMax = 1024;
    public const int FlavorsMax = 100;
    public const int VcpusMax = 1024;
    public const int RamMibMax = 16 * 1024 * 1024;
    public const int DiskGibMax = 1024 * 1024;
}
