using System.Text.Json.Nodes;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Nvme;

/// <summary>Controllers and their bdevs as SPDK shows them.</summary>
internal static class NvmeView
{
    public static JsonObject Describe(NvmeController controller, IReadOnlyList<NvmePathStatus> paths) => new()
    {
        ["name"] = controller.Name,
        ["ctrlrs"] = new JsonArray([.. paths.Select(p => (JsonNode)DescribePath(controller, p))]),
    };

    /// <summary>driver_specific of a namespace's bdev.</summary>
    public static JsonObject DriverSpecific(Bdev bdev, NvmeController controller, IReadOnlyList<NvmePathStatus> paths) => new()
    {
        ["nvme"] = new JsonArray([.. paths.Select(p => (JsonNode)DescribeNamespace(bdev, controller, p))]),
        ["mp_policy"] = "active_passive",
    };

    public static JsonObject Trid(NvmePath path, string subnqn) => new()
    {
        ["trtype"] = "TCP",
        ["adrfam"] = path.Adrfam,
        ["traddr"] = path.Traddr,
        ["trsvcid"] = path.Trsvcid,
        ["subnqn"] = subnqn,
    };

    private static JsonObject DescribePath(NvmeController controller, NvmePathStatus path)
    {
        var view = new JsonObject { ["state"] = path.State, ["trid"] = Trid(path.Path, controller.Subnqn) };
        if (path.Identity is { } identity)
            view["cntlid"] = identity.Cntlid;
        view["host"] = new JsonObject
        {
            ["nqn"] = controller.Hostnqn, ["addr"] = "", ["svcid"] = "", ["no_shn_notification"] = false,
        };
        return view;
    }

    private static JsonObject DescribeNamespace(Bdev bdev, NvmeController controller, NvmePathStatus path)
    {
        var view = new JsonObject { ["trid"] = Trid(path.Path, controller.Subnqn) };
        if (path.Identity is { } identity)
        {
            view["ctrlr_data"] = new JsonObject
            {
                ["cntlid"] = identity.Cntlid,
                ["vendor_id"] = $"0x{identity.VendorId:x4}",
                ["model_number"] = identity.ModelNumber,
                ["serial_number"] = identity.SerialNumber,
                ["firmware_revision"] = identity.FirmwareRevision,
                ["subnqn"] = controller.Subnqn,
                ["multi_ctrlr"] = identity.IsMultiController,
                ["ana_reporting"] = identity.HasAnaReporting,
            };
            view["vs"] = new JsonObject { ["nvme_version"] = identity.Version };
        }
        view["ns_data"] = new JsonObject { ["id"] = bdev.Nsid, ["can_share"] = path.Identity?.IsMultiController ?? false };
        return view;
    }
}
