using System.Net;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>An address that hosts reach the subsystems at: one path to each. ANA says how well it is used.</summary>
internal sealed class NvmePort(ushort id, IPEndPoint address, AnaState state)
{
    private volatile AnaState state = state;

    public ushort Id => id;

    /// <summary>As discovery tells it.</summary>
    public IPEndPoint Address { get; set; } = address;

    public AnaState State
    {
        get => state;
        set => state = value;
    }
}
