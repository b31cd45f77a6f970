using System.Text.Json;
using System.Text.Json.Serialization;
using Lab.Emulators.Dpu.Bdevs;
using Lab.Emulators.Dpu.Keyring;
using Lab.Emulators.Dpu.Nvme;
using Lab.Emulators.Dpu.VirtioBlk;
using Lab.Emulators.Dpu.Virtnet;

namespace Lab.Emulators.Dpu.Spdk;

/// <summary>Parameters of every method, decoded as strictly as spdk_json_decode_object does.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RpcGetMethods))]
[JsonSerializable(typeof(BdevGetBdevs))]
[JsonSerializable(typeof(BdevGetIostat))]
[JsonSerializable(typeof(BdevSetQosLimit))]
[JsonSerializable(typeof(BdevNbdCreate))]
[JsonSerializable(typeof(BdevAioCreate))]
[JsonSerializable(typeof(BdevNullCreate))]
[JsonSerializable(typeof(BdevMallocCreate))]
[JsonSerializable(typeof(BdevDelete))]
[JsonSerializable(typeof(BdevNvmeAttachController))]
[JsonSerializable(typeof(BdevNvmeDetachController))]
[JsonSerializable(typeof(BdevNvmeGetControllers))]
[JsonSerializable(typeof(BdevNvmeStartDiscovery))]
[JsonSerializable(typeof(BdevNvmeStopDiscovery))]
[JsonSerializable(typeof(BdevHistogramEnable))]
[JsonSerializable(typeof(BdevHistogramGet))]
[JsonSerializable(typeof(KeyringFileAddKey))]
[JsonSerializable(typeof(KeyringFileRemoveKey))]
[JsonSerializable(typeof(VirtioBlkFunctionCreate))]
[JsonSerializable(typeof(VirtioBlkFunctionDestroy))]
[JsonSerializable(typeof(VirtioBlkControllerCreate))]
[JsonSerializable(typeof(VirtioBlkControllerDestroy))]
[JsonSerializable(typeof(VirtioBlkControllerList))]
[JsonSerializable(typeof(VirtioBlkControllerPlug))]
[JsonSerializable(typeof(VirtioBlkControllerBdevAttach))]
[JsonSerializable(typeof(VirtioBlkControllerBdevDetach))]
[JsonSerializable(typeof(EmulationFunctionList))]
[JsonSerializable(typeof(VirtnetHotplug))]
[JsonSerializable(typeof(VirtnetUnplug))]
[JsonSerializable(typeof(VirtnetList))]
[JsonSerializable(typeof(VirtnetQuery))]
internal sealed partial class SpdkJson : JsonSerializerContext;

internal sealed record RpcGetMethods
{
    public bool Current { get; init; }
    public bool IncludeAliases { get; init; }
}
