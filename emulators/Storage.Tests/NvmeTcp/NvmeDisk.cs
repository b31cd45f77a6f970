using System.Net;
using System.Text.Json.Nodes;
using Lab.Emulators.Storage.Tests.Support;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.Tests.NvmeTcp;

/// <summary>A volume of its own with an admin and an I/O queue on it.</summary>
internal sealed record NvmeDisk(Guid Volume, string Subnqn, ushort Controller, RawHost Admin, RawHost Io) : IDisposable
{
    public const long Size = 4 << 20;

    public string Export => ExportOf(Volume);

    public static async Task<NvmeDisk> OpenAsync(TargetFixture target)
    {
        var (volume, subnqn) = await ExportAsync(target);
        return await OpenAsync(target.Nvme, volume, subnqn);
    }

    public static async Task<NvmeDisk> OpenAsync(IPEndPoint address, Guid volume, string subnqn, Guid? hostId = null)
    {
        var (admin, controller) = await RawHost.AdminAsync(address, subnqn, hostId: hostId);
        return new NvmeDisk(volume, subnqn, controller, admin, await RawHost.IoAsync(address, subnqn, controller, hostId: hostId));
    }

    public static Task<(Guid Volume, string Subnqn)> ExportAsync(TargetFixture target) => ExportAsync(target.Management);

    public static async Task<(Guid Volume, string Subnqn)> ExportAsync(Management management)
    {
        var volume = await management.CreateVolumeAsync(Size);
        var export = await management.PostAsync("exports", new JsonObject
        {
            ["id"] = ExportOf(volume), ["volume_id"] = volume, ["hosts"] = new JsonArray(new JsonObject { ["nqn"] = RawHost.Nqn }),
        });
        return (volume, export.GetProperty("nvme").GetProperty("subnqn").GetString()!);
    }

    /// <summary>Asks to be told of changes of namespaces, and holds one request for it.</summary>
    public void ListenForChanges()
    {
        var configure = Admin.Entry(Opcode.SetFeatures);
        configure[40] = 0x0b;
        configure[45] = 1;
        Assert.Equal(StatusCode.Success, Admin.Execute(configure).Status);
        Admin.SendCapsule(Admin.Entry(Opcode.AsynchronousEventRequest), []);
    }

    public void Dispose()
    {
        Io.Dispose();
        Admin.Dispose();
    }

    private static string ExportOf(Guid volume) => $"n-{volume:N}";
}
