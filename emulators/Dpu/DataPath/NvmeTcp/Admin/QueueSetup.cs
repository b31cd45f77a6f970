using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp.Admin;

/// <summary>Who connects to whom, and how: the same for every queue of a controller.</summary>
/// <param name="KeepAliveMs">0: none, as for a discovery controller that is asked once.</param>
internal sealed record HostIdentity(
    string Subnqn, string Hostnqn, Guid Hostid, bool HeaderDigest, bool DataDigest, uint KeepAliveMs, DhchapSecret? HostSecret, DhchapSecret? ControllerSecret);

/// <summary>A new connection becomes a queue: ICReq, Connect, and DH-HMAC-CHAP when the controller asks for it or the host wants to know it.</summary>
internal static class QueueSetup
{
    /// <summary>Bits of Connect's result: ATR and ASCR, authentication is required.</summary>
    private const ulong AuthenticationRequired = 0x60000;

    /// <param name="queueId">0 is the admin queue.</param>
    /// <param name="entries">Depth of the queue.</param>
    /// <param name="controllerId">Of an admin queue <see cref="ConnectData.AnyController"/>, of an I/O queue the admin queue's.</param>
    /// <returns>The agreed terms, and the controller's ID.</returns>
    /// <exception cref="IOException">The controller refuses, or breaks the protocol.</exception>
    public static async Task<(QueueTerms Terms, ushort ControllerId)> RunAsync(
        CapsuleStream capsules, HostIdentity host, ushort queueId, ushort entries, ushort controllerId, CancellationToken token)
    {
        var terms = await capsules.InitializeAsync(host.HeaderDigest, host.DataDigest, token);
        var result = await capsules.ExecuteAsync(
            "connect",
            AdminCommand.Connect(queueId, entries, queueId == 0 ? host.KeepAliveMs : 0),
            new ConnectData(host.Hostid, controllerId, host.Subnqn, host.Hostnqn).ToBytes(),
            Memory<byte>.Empty,
            token);
        // A host that wants to authenticate the controller begins by itself.
        if ((result & AuthenticationRequired) != 0 || (queueId == 0 && host.ControllerSecret is not null))
            await new ChapExchange(capsules, new DhchapParties(host.Hostnqn, host.Subnqn, host.HostSecret, host.ControllerSecret))
                .RunAsync((ushort)(queueId + 1), token);
        return (terms, (ushort)result);
    }
}
