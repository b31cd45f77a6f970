using System.Text.Json.Serialization;

namespace Lab.Emulators.Host.Pcie;

/// <summary>Parameters of <c>pcie_plug</c>: <c>socket</c> and <c>num_queues</c> for virtio-blk, <c>mac</c>, <c>tap</c> and <c>mtu</c> for virtio-net.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record PlugParameters
{
    public required string Id { get; init; }
    public required string Type { get; init; }
    public string? Socket { get; init; }
    public int? NumQueues { get; init; }
    public string? Mac { get; init; }
    public string? Tap { get; init; }
    public int? Mtu { get; init; }

    /// <exception cref="PcieException">A parameter is missing, foreign to the type or out of range.</exception>
    internal PcieFunction ToFunction()
    {
        Demand(PcieLimits.IsId(Id), "id must be 1 to 80 of A-Z a-z 0-9 _ -");
        switch (Type)
        {
            case VirtioBlkFunction.TypeName:
                Demand(Mac is null && Tap is null && Mtu is null, "mac, tap and mtu belong to virtio-net");
                Demand(Socket is not null && PcieLimits.IsSocketName(Socket), "socket must be a file name of A-Z a-z 0-9 . _ -");
                var queues = NumQueues ?? 1;
                Demand(queues is >= 1 and <= PcieLimits.QueuesMax, $"num_queues must be 1 to {PcieLimits.QueuesMax}");
                return new VirtioBlkFunction(Id, Socket!, queues);
            case VirtioNetFunction.TypeName:
                Demand(Socket is null && NumQueues is null, "socket and num_queues belong to virtio-blk");
                var mac = Mac?.ToLowerInvariant();
                Demand(mac is not null && PcieLimits.IsMac(mac), "mac must be a unicast address like 02:00:00:00:00:01");
                Demand(Tap is not null && PcieLimits.IsInterfaceName(Tap), "tap must be an interface name of at most 15 characters");
                var mtu = Mtu ?? 1500;
                Demand(mtu is >= PcieLimits.MtuMin and <= PcieLimits.MtuMax, $"mtu must be {PcieLimits.MtuMin} to {PcieLimits.MtuMax}");
                return new VirtioNetFunction(Id, mac!, Tap!, mtu);
            default:
                throw new PcieException(PcieException.InvalidArgument, "type must be virtio-blk or virtio-net");
        }
    }

    private static void Demand(bool holds, string message)
    {
        if (!holds)
            throw new PcieException(PcieException.InvalidArgument, message);
    }
}

internal sealed record PlugAnswer(int Slot, string PciBdf, string Mechanism);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record UnplugParameters(string Id);

internal sealed record UnplugAnswer(string Mechanism);

internal sealed record FunctionLine(string Id, string Type, int Slot, string PciBdf, string State, string Mechanism);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PlugParameters))]
[JsonSerializable(typeof(PlugAnswer))]
[JsonSerializable(typeof(UnplugParameters))]
[JsonSerializable(typeof(UnplugAnswer))]
[JsonSerializable(typeof(FunctionLine[]))]
internal sealed partial class PcieJson : JsonSerializerContext;
