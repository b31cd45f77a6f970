using System.Text;

namespace Lab.Emulators.Host.Libvirtd;

/// <summary>
/// A libvirtd that shares nothing with the machine's own: its configuration, state, sockets, cache and logs are under one
/// directory, bound over libvirt's places in a private mount namespace. Killed and started again with the same directory it finds
/// its running domains.
/// </summary>
/// <param name="Directory">Absolute and short: Unix sockets are made in it. It becomes the daemon's /run/libvirt.</param>
/// <param name="NetworkNamespace">
/// Path of the network namespace the daemon lives in (<c>/run/netns/x</c>, <c>/proc/pid/ns/net</c>), so that taps it opens are that
/// namespace's; null keeps the caller's.
/// </param>
public sealed record PrivateLibvirtd(string Directory, string? NetworkNamespace = null)
{
    private const string SocketName = "libvirt-sock";
    private const string PidName = "libvirtd.pid";
    private const string ConfigurationPlace = "/etc/libvirt";
    private const string RuntimePlace = "/run/libvirt";

    // Where libvirt keeps things, and where they are for this daemon. The runtime directory itself comes last in no order: none of
    // these contains another.
    private IReadOnlyList<(string Place, string Own)> Places =>
    [
        (ConfigurationPlace, Path.Combine(Directory, "private", "etc")),
        ("/var/lib/libvirt", Path.Combine(Directory, "private", "lib")),
        ("/var/cache/libvirt", Path.Combine(Directory, "private", "cache")),
        ("/var/log/libvirt", Path.Combine(Directory, "private", "log")),
        (RuntimePlace, Directory),
    ];

    public string Socket => Path.Combine(Directory, SocketName);
    public string Uri => "qemu+unix:///system?socket=" + Socket;
    public string PidFile => Path.Combine(Directory, PidName);

    /// <summary>QEMU's log of one domain.</summary>
    public string DomainLog(string name) => Path.Combine(Directory, "private", "log", "qemu", name + ".log");

    /// <summary>Process of a running domain's QEMU.</summary>
    public int DomainProcessId(string name) =>
        int.Parse(File.ReadAllText(Path.Combine(Directory, "qemu", name + ".pid")), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Makes the directories and writes the configuration.</summary>
    /// <exception cref="ArgumentException">The socket's path would be too long.</exception>
    public void Prepare()
    {
        if (!Path.IsPathRooted(Directory) || Encoding.UTF8.GetByteCount(Socket) > Pcie.PcieLimits.SocketPathMax)
            throw new ArgumentException($"libvirt's directory must be absolute and its socket's path at most {Pcie.PcieLimits.SocketPathMax} bytes: {Directory}");
        foreach (var (_, own) in Places)
            System.IO.Directory.CreateDirectory(own);
        File.WriteAllText(Path.Combine(Directory, "private", "etc", "libvirtd.conf"), DaemonConfiguration(HostUuid()));
        File.WriteAllText(Path.Combine(Directory, "private", "etc", "qemu.conf"), QemuConfiguration);
    }

    /// <summary>Program and arguments that run the daemon in the foreground; the process keeps its id through every exec.</summary>
    public IReadOnlyList<string> CommandLine()
    {
        var script = new StringBuilder("set -e; ");
        foreach (var (place, own) in Places)
            script.Append("mkdir -p ").Append(place).Append("; mount --bind ").Append(Quote(own)).Append(' ').Append(place).Append("; ");
        script.Append("exec libvirtd --config ").Append(ConfigurationPlace).Append("/libvirtd.conf --pid-file ")
            .Append(RuntimePlace).Append('/').Append(PidName);
        List<string> command = NetworkNamespace is null ? [] : ["nsenter", "--net=" + NetworkNamespace];
        command.AddRange(["unshare", "--mount", "--propagation", "private", "sh", "-c", script.ToString()]);
        return command;
    }

    /// <summary>The daemon's identity must not change over a restart; DMI may have none (machines without /dev/mem).</summary>
    private string HostUuid()
    {
        var file = Path.Combine(Directory, "private", "host-uuid");
        if (!File.Exists(file))
            File.WriteAllText(file, Guid.NewGuid().ToString("D"));
        return File.ReadAllText(file).Trim();
    }

    private static string DaemonConfiguration(string hostUuid) => $"""
        listen_tls = 0
        listen_tcp = 0
        auth_unix_ro = "none"
        auth_unix_rw = "none"
        unix_sock_ro_perms = "0700"
        unix_sock_rw_perms = "0700"
        log_outputs = "3:stderr"
        host_uuid = "{hostUuid}"

        """;

    // Machines without cgroups, namespaces, extended attributes, AppArmor and virtlogd.
    private const string QemuConfiguration = """
        user = "root"
        group = "root"
        dynamic_ownership = 0
        remember_owner = 0
        security_driver = "none"
        cgroup_controllers = [ ]
        namespaces = [ ]
        stdio_handler = "file"

        """;

    private static string Quote(string path) => "'" + path.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
