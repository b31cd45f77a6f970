using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath;

namespace Lab.Emulators.Dpu.Tests.DataPath.NvmeTcp;

public sealed class InitiatorTests
{
    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, true, true)]
    [InlineData(true, false, true)]
    [InlineData(false, true, false)]
    public async Task Data_OfEverySizeAndCut_ArrivesBothWays(bool headerDigest, bool dataDigest, bool usesSuccess)
    {
        await using var target = new ScriptedTarget { UsesSuccessFlag = usesSuccess, H2CDataBytesMax = 8192, Mdts = 5 };
        await using var rig = await InitiatorRig.AttachAsync(target, o => o with { Hdgst = headerDigest, Ddgst = dataDigest });
        var random = new Random(4);
        foreach (var length in new[] { 512, 4096, 8192, 8704, 65536, 131072, 131584, 400_384 })
        {
            using var write = new TestRequest(BlockOperation.Write, 1024, length, 100, 4096, 1, 7000, 33, 50_000);
            random.NextBytes(write.Data);
            Assert.Equal(BlockStatus.Ok, await rig.Io.RunAsync(write));
            Assert.True(target.Store.AsSpan(1024, length).SequenceEqual(write.Data), $"{length} written");
            using var read = new TestRequest(BlockOperation.Read, 1024, length, 1, 511, 4000, 96, 30_000);
            Assert.Equal(BlockStatus.Ok, await rig.Io.RunAsync(read));
            Assert.True(read.Data.SequenceEqual(write.Data), $"{length} read");
        }
        Assert.Equal(BlockStatus.Ok, await rig.Io.DoAsync(BlockOperation.Flush));
        // MDTS 5: 128 KiB.
        Assert.All(target.Commands, c => Assert.InRange(c.Length, 0, 131072));
    }

    [Fact]
    public async Task DiscardAndWriteZeroes_ClearWhatTheyName()
    {
        await using var target = new ScriptedTarget();
        await using var rig = await InitiatorRig.AttachAsync(target);
        target.Store.AsSpan().Fill(7);
        Assert.Equal(BlockStatus.Ok, await rig.Io.DoAsync(BlockOperation.Discard, 512, 1024));
        Assert.Equal(BlockStatus.Ok, await rig.Io.DoAsync(BlockOperation.WriteZeroes, 4096, 512));
        Assert.Equal([7, 0, 7, 7, 0, 7], new[] { 511, 512, 1536, 4095, 4607, 4608 }.Select(i => target.Store[i]));
    }

    [Fact]
    public async Task Attach_Unreachable_IsAnInputOutputError()
    {
        int port;
        await using (var target = new ScriptedTarget())
            port = target.Port;
        await using var none = new ScriptedTarget();
        var e = await Assert.ThrowsAsync<DpuException>(() => InitiatorRig.AttachAsync(none, o => o with { Paths = [InitiatorRig.PathTo(port)] }));
        Assert.Equal(Errno.InputOutput, e.Error);
        e = await Assert.ThrowsAsync<DpuException>(() => InitiatorRig.AttachAsync(none, o => o with { Subnqn = "nqn.2026-01.test:none" }));
        Assert.Equal(Errno.InputOutput, e.Error);
    }

    [Fact]
    public async Task Host_IsTheSameOnEveryQueue()
    {
        await using var target = new ScriptedTarget();
        await using var rig = await InitiatorRig.AttachAsync(target);
        await rig.Io.ReadAsync(0, 512);
        Assert.Equal([0, 1], target.Connections.Select(c => (int)c.QueueId).Order());
        Assert.All(target.Connections, c => Assert.Equal((InitiatorRig.Options.Hostid, InitiatorRig.Options.Hostnqn), (c.Hostid, c.Hostnqn)));
        Assert.Equal(TargetPages.NamespaceUuid, Assert.Single(rig.Initiator.Find("Nvme0")!.Namespaces).Uuid);
    }

    [Fact]
    public async Task Resize_IsHeardAndTold()
    {
        await using var target = new ScriptedTarget();
        await using var rig = await InitiatorRig.AttachAsync(target);
        var resized = new TaskCompletionSource<ulong>(TaskCreationOptions.RunContinuationsAsynchronously);
        rig.Device.Resized += () => resized.TrySetResult(rig.Device.SizeBytes);
        var told = new TaskCompletionSource<NvmeNamespaceInfo>(TaskCreationOptions.RunContinuationsAsynchronously);
        rig.Initiator.NamespacesChanged += (_, namespaces) => told.TrySetResult(namespaces[0]);
        target.Store = new byte[4 << 20];
        await Eventually.TrueAsync("an event is asked for", async () =>
        {
            await target.NotifyAsync(0, 4);
            return resized.Task.IsCompleted;
        });
        Assert.Equal(4ul << 20, await resized.Task);
        Assert.Equal(8192ul, (await told.Task).NumBlocks);
    }

    [Theory]
    [InlineData(0x0281, BlockStatus.IoError, 4)]
    [InlineData(0x4281, BlockStatus.IoError, 1)]
    [InlineData(0x4001, BlockStatus.Unsupported, 1)]
    public async Task Error_OfTheTarget_IsTriedAgainOnlyIfItMayBe(int status, object expected, int times)
    {
        await using var target = new ScriptedTarget();
        await using var rig = await InitiatorRig.AttachAsync(target);
        target.Script = async command =>
        {
            await command.Connection.Wire.RespondAsync(command.Id, (ushort)status);
            return true;
        };
        Assert.Equal((BlockStatus)expected, await rig.Io.DoAsync(BlockOperation.Read, 0, 512));
        Assert.Equal(times, target.Commands.Count);
        Assert.Equal(1, target.Associations);
    }

    [Fact]
    public async Task Authentication_BothWays_ConnectsEveryQueue()
    {
        byte[] hostKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)], controllerKey = [.. Enumerable.Range(100, 32).Select(i => (byte)i)];
        using var keys = new KeyFiles();
        await using var target = new ScriptedTarget { Authentication = new TargetAuthentication(hostKey, controllerKey) };
        await using (var rig = await InitiatorRig.AttachAsync(
            target, null, keys.Add(TargetAuthentication.Text(hostKey)), keys.Add(TargetAuthentication.Text(controllerKey))))
        {
            await rig.Io.ReadAsync(0, 512);
            Assert.Equal(2, target.Authentication.Successes);
        }
        await Assert.ThrowsAsync<DpuException>(() => InitiatorRig.AttachAsync(target, null, keys.Add(TargetAuthentication.Text(controllerKey))));
        await Assert.ThrowsAsync<DpuException>(() => InitiatorRig.AttachAsync(
            target, null, keys.Add(TargetAuthentication.Text(hostKey)), keys.Add(TargetAuthentication.Text(hostKey))));
        await Assert.ThrowsAsync<DpuException>(() => InitiatorRig.AttachAsync(target));
    }

    [Fact]
    public async Task Discovery_ListsTheSubsystem()
    {
        await using var target = new ScriptedTarget();
        await using var rig = await InitiatorRig.AttachAsync(target);
        var entries = await rig.Initiator.DiscoverAsync(
            new State.NvmeDiscovery
            {
                Name = "d", Path = InitiatorRig.PathTo(target.Port), Hostnqn = InitiatorRig.Options.Hostnqn, Hostid = InitiatorRig.Options.Hostid,
            },
            CancellationToken.None);
        Assert.Equal([new NvmeDiscoveryEntry(ScriptedTarget.Subnqn, InitiatorRig.PathTo(target.Port))], entries);
    }

    private sealed class KeyFiles : IDisposable
    {
        private readonly string directory = Directory.CreateTempSubdirectory("dpu-keys-").FullName;

        public string Add(string secret)
        {
            var path = Path.Combine(directory, Guid.NewGuid().ToString("N"));
            File.WriteAllText(path, secret + "\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return path;
        }

        public void Dispose() => Directory.Delete(directory, recursive: true);
    }
}
