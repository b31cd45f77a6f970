using System.Buffers.Binary;
using Lab.Emulators.Storage.Tests.Support;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.Tests.NvmeTcp;

/// <summary>A controller's life: reset, its namespace taken away, its end.</summary>
public sealed class NvmeControllerTests(TargetFixture target) : IClassFixture<TargetFixture>
{
    private const uint Configuration = 0x14;
    private const uint Status = 0x1c;
    private const uint NamespaceChanged = 0x00040002;

    [Fact]
    public async Task Reset_EndsTheIoQueues_AndIsReadyAfterThat()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        Assert.Equal(1ul, disk.Admin.GetProperty(Status).Result);
        Assert.Equal(StatusCode.Success, disk.Admin.SetProperty(Configuration, 0x460000).Status);
        disk.Io.ReceiveToTheEnd();
        await Eventually.TrueAsync("the reset is over", () => disk.Admin.GetProperty(Status).Result == 0);
        var refused = disk.Admin.Entry(Opcode.Identify);
        Assert.Equal(StatusCode.CommandSequenceError, disk.Admin.Execute(refused).Status);

        Assert.Equal(StatusCode.Success, disk.Admin.SetProperty(Configuration, 0x460001).Status);
        using var again = await RawHost.IoAsync(target.Nvme, disk.Subnqn, disk.Controller);
        Assert.Equal(StatusCode.Success, again.Execute(again.Entry(Opcode.Flush, 1)).Status);
    }

    [Fact]
    public async Task Shutdown_IsSaidToBeComplete()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        Assert.Equal(StatusCode.Success, disk.Admin.SetProperty(Configuration, 0x464001).Status);
        Assert.Equal(2ul << 2, disk.Admin.GetProperty(Status).Result & (3 << 2));
    }

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData(uint.MaxValue - 1)]
    [InlineData(1u)]
    public async Task KeepAlive_OfAnyLength_IsTaken(uint milliseconds)
    {
        var (volume, subnqn) = await NvmeDisk.ExportAsync(target);
        using (var host = await RawHost.ConnectAsync(target.Nvme))
        {
            host.Initialize();
            Assert.Equal(StatusCode.Success, host.Connect(0, 32, ConnectData.AnyController, subnqn, milliseconds).Status);
        }
        // Nothing holds the volume any more.
        await target.Management.DeleteAsync($"exports/n-{volume:N}");
        await target.Management.DeleteAsync($"volumes/{volume}");
    }

    [Fact]
    public async Task Export_Deleted_TakesTheNamespaceAwayBeforeTheConnections()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        disk.ListenForChanges();
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32LittleEndian(disk.Admin.Identify(2)));
        var deleting = target.Management.DeleteAsync("exports/" + disk.Export);
        Assert.Equal(NamespaceChanged, (uint)Completion.Read(disk.Admin.ReceivePdu().Body).Result);

        Assert.Equal(StatusCode.InvalidNamespace, disk.Io.Execute(disk.Io.Entry(Opcode.Flush, 1)).Status);
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32LittleEndian(disk.Admin.GetLogPage(LogPage.ChangedNamespaces, 4096)));
        Assert.Equal(0, disk.Admin.Identify(0, 1).AsSpan().IndexOfAnyExcept((byte)0) + 1);
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32LittleEndian(disk.Admin.Identify(2)));
        disk.Admin.ReceiveToTheEnd();
        disk.Io.ReceiveToTheEnd();
        await deleting;
    }

    [Fact]
    public async Task Export_DeletedWhoseHostDoesNotListen_EndsAtOnce()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        await target.Management.DeleteAsync("exports/" + disk.Export);
        disk.Admin.ReceiveToTheEnd();
        disk.Io.ReceiveToTheEnd();
    }

    [Fact]
    public async Task Host_ThatTakesNoAnswers_DoesNotHoldUpTheManagement()
    {
        const int more = 4000;
        using var disk = await NvmeDisk.OpenAsync(target);
        disk.ListenForChanges();
        for (var i = 0; i < more; i++)
        {
            var entry = disk.Admin.Entry(Opcode.Identify);
            entry[40] = 1;
            BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(32), 4096);
            entry[39] = 0x5a;
            disk.Admin.SendCapsule(entry, []);
        }
        var patience = TimeSpan.FromSeconds(10);
        await target.Management.ResizeAsync(disk.Volume, 2 * NvmeDisk.Size).WaitAsync(patience);
        await target.Management.DeleteAsync("exports/" + disk.Export).WaitAsync(patience);
    }

    [Fact]
    public async Task ChangedNamespaces_AreThoseSinceTheLastReading()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32LittleEndian(disk.Admin.GetLogPage(LogPage.ChangedNamespaces, 4096)));
        await target.Management.ResizeAsync(disk.Volume, 2 * NvmeDisk.Size);
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32LittleEndian(disk.Admin.GetLogPage(LogPage.ChangedNamespaces, 4096)));
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32LittleEndian(disk.Admin.GetLogPage(LogPage.ChangedNamespaces, 4096)));
    }

    [Fact]
    public async Task BrokenFrame_WithMoreBehindIt_IsStillToldWhatWasWrong()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        var pdu = new byte[256 * 1024];
        new PduHeader((PduType)0x0b, PduFlags.None, 72, 0, (uint)pdu.Length).Write(pdu);
        disk.Io.Send(pdu);
        Assert.Equal(FatalError.InvalidHeaderField, disk.Io.ReceiveTermination());
    }
}
