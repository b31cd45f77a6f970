namespace Lab.Protocols.Ipmi;

/// <summary>One frame of the protocol between a system interface and a BMC outside it.</summary>
public abstract record IpmiVmFrame;

/// <summary>An IPMI message. For a response the network function is odd and the first data byte is the completion code.</summary>
/// <param name="Sequence">Chosen by the requester, repeated by the responder.</param>
public sealed record IpmiVmMessage(byte Sequence, byte NetFn, byte Lun, byte Command, ReadOnlyMemory<byte> Data) : IpmiVmFrame
{
    public bool IsRequest => (NetFn & 1) == 0;

    public IpmiRequest ToRequest() => new(NetFn, Lun, Command, Data);

    /// <summary>The answer to this request.</summary>
    public IpmiVmMessage Answer(IpmiResponse response)
    {
        var data = new byte[1 + response.Data.Length];
        data[0] = response.Completion;
        response.Data.CopyTo(data.AsMemory(1));
        return this with { NetFn = (byte)(NetFn | 1), Data = data };
    }

    /// <exception cref="InvalidDataException">This is no response.</exception>
    public IpmiResponse ToResponse() => IsRequest || Data.IsEmpty
        ? throw new InvalidDataException("not an IPMI response")
        : new IpmiResponse(Data.Span[0], Data[1..]);
}

/// <summary>A command to the other side itself, such as the protocol's version or a change of the host's power.</summary>
public sealed record IpmiVmCommand(byte Code, ReadOnlyMemory<byte> Data) : IpmiVmFrame;

/// <summary>What could not be read; the stream is in step again after it.</summary>
public sealed record IpmiVmInvalid(string Reason) : IpmiVmFrame;

/// <summary>Command codes that QEMU's ipmi-bmc-extern knows (hw/ipmi/ipmi_bmc_extern.c).</summary>
public static class IpmiVmCommands
{
    public const byte Version = 0xff;
    public const byte NoAttention = 0x00;
    public const byte Attention = 0x01;
    public const byte PowerOff = 0x03;
    public const byte Reset = 0x04;
    public const byte SendNmi = 0x07;
    public const byte Capabilities = 0x08;
    public const byte GracefulShutdown = 0x09;
    public const byte ProtocolVersion = 1;
}
