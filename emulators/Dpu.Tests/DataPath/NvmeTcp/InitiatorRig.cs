using System.Globalization;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath.NvmeTcp;
using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Tests.DataPath.NvmeTcp;

/// <summary>The initiator attached to scripted targets, and a channel to namespace 1.</summary>
internal sealed class InitiatorRig : IAsyncDisposable
{
    public static readonly NvmeController Options = new()
    {
        Name = "Nvme0",
        Subnqn = ScriptedTarget.Subnqn,
        Hostnqn = "nqn.2014-08.org.nvmexpress:uuid:11111111-2222-3333-4444-555555555555",
        Hostid = Guid.Parse("11111111-2222-3333-4444-555555555555"),
        Paths = [],
    };

    private InitiatorRig(NvmeInitiator initiator) => Initiator = initiator;

    public NvmeInitiator Initiator { get; }

    public ChannelRig Io { get; private set; } = null!;

    public NvmeNamespace Device => Initiator.Find("Nvme0", 1)!;

    public static NvmePath PathTo(int port) =>
        new() { Adrfam = "IPv4", Traddr = "127.0.0.1", Trsvcid = port.ToString(CultureInfo.InvariantCulture) };

    public static async Task<InitiatorRig> AttachAsync(
        ScriptedTarget target, Func<NvmeController, NvmeController>? change = null, string? hostKey = null, string? controllerKey = null)
    {
        var options = Options with { Paths = [PathTo(target.Port)] };
        return await AttachAsync(new NvmeAttachment(change is null ? options : change(options), hostKey, controllerKey));
    }

    public static async Task<InitiatorRig> AttachAsync(NvmeAttachment attachment)
    {
        var rig = new InitiatorRig(new NvmeInitiator(1, TimeProvider.System, new TestLog()));
        try
        {
            await rig.Initiator.AttachAsync(attachment, CancellationToken.None);
            rig.Io = await ChannelRig.OpenAsync(rig.Device);
            return rig;
        }
        catch
        {
            await rig.Initiator.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Io.CloseAsync();
        await Initiator.DisposeAsync();
        await Io.DisposeAsync();
    }
}
