namespace Lab.Emulators.Dpu.Backend.Qsd;

/// <param name="Program">Path or name of qemu-storage-daemon.</param>
/// <param name="StateDirectory">Where its QMP socket and pid file are; absolute.</param>
/// <param name="VhostDirectory">Where the sockets that the host connects to are; absolute.</param>
internal sealed record QsdOptions(string Program, string StateDirectory, string VhostDirectory)
{
    public string QmpSocket => Path.Combine(StateDirectory, "qsd.sock");

    public string PidFile => Path.Combine(StateDirectory, "qsd.pid");
}
