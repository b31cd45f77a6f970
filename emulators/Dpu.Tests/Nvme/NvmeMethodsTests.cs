using System.Text.Json.Nodes;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.Tests.Card;

namespace Lab.Emulators.Dpu.Tests.Nvme;

public sealed class NvmeMethodsTests
{
    private const string Subnqn = "nqn.2016-06.io.spdk:cnode1";
    private const string Hostnqn = "nqn.2014-08.org.nvmexpress:uuid:11111111-2222-3333-4444-555555555555";

    [Fact]
    public async Task Attach_IsListedAndSurvivesARestart()
    {
        await using var card = await CardFixture.StartAsync();
        Assert.Equal("""["Nvme0n1"]""", (await card.Spdk.ResultAsync("bdev_nvme_attach_controller", Attach()))!.ToJsonString());
        const string controllers = """
            [{"name":"Nvme0","ctrlrs":[{"state":"enabled","trid":{"trtype":"TCP","adrfam":"IPv4","traddr":"127.0.0.1","trsvcid":"4420","subnqn":"nqn.2016-06.io.spdk:cnode1"},"cntlid":1,"host":{"nqn":"nqn.2014-08.org.nvmexpress:uuid:11111111-2222-3333-4444-555555555555","addr":"","svcid":"","no_shn_notification":false}}]}]
            """;
        Assert.Equal(controllers, (await card.Spdk.ResultAsync("bdev_nvme_get_controllers"))!.ToJsonString());
        var bdevs = (await card.Spdk.ResultAsync("bdev_get_bdevs"))!.ToJsonString();
        Assert.Contains("\"product_name\":\"NVMe disk\"", bdevs, StringComparison.Ordinal);
        await card.RestartAsync();
        Assert.Equal(bdevs, (await card.Spdk.ResultAsync("bdev_get_bdevs"))!.ToJsonString());
        Assert.Equal(Guid.Parse("11111111-2222-3333-4444-555555555555"), card.Nvme.Attached["Nvme0"].Controller.Hostid);
        Assert.True((bool)(await card.Spdk.ResultAsync("bdev_nvme_detach_controller", new JsonObject { ["name"] = "Nvme0" }))!);
        Assert.Equal("[]", (await card.Spdk.ResultAsync("bdev_get_bdevs"))!.ToJsonString());
        Assert.Empty(card.Nvme.Attached);
        await card.Spdk.AssertErrorAsync(-19, "No such device", "bdev_nvme_get_controllers", new JsonObject { ["name"] = "Nvme0" });
    }

    [Theory]
    [InlineData("ctrlr_loss_timeout_sec", -2)]
    [InlineData("ctrlr_loss_timeout_sec", 5, "reconnect_delay_sec", 6)]
    [InlineData("ctrlr_loss_timeout_sec", -1, "reconnect_delay_sec", 0)]
    [InlineData("ctrlr_loss_timeout_sec", 0, "reconnect_delay_sec", 1)]
    [InlineData("ctrlr_loss_timeout_sec", 0, "fast_io_fail_timeout_sec", 1)]
    [InlineData("reconnect_delay_sec", 5, "fast_io_fail_timeout_sec", 4)]
    [InlineData("ctrlr_loss_timeout_sec", 10, "fast_io_fail_timeout_sec", 11)]
    public async Task Resiliency_ThatContradictsItself_IsInvalid(string name, int value, string? other = null, int otherValue = 0)
    {
        await using var card = await CardFixture.StartAsync();
        var parameters = Attach();
        parameters[name] = value;
        if (other is not null)
            parameters[other] = otherValue;
        await card.Spdk.AssertErrorAsync(-22, "Invalid argument", "bdev_nvme_attach_controller", parameters);
        Assert.Empty(card.Card.State.NvmeControllers);
    }

    [Theory]
    [InlineData("trtype", "RDMA", "Failed to parse trtype: RDMA")]
    [InlineData("traddr", "nowhere", "traddr is no IP address: nowhere")]
    [InlineData("adrfam", "ipv6", "traddr is no ipv6 address: 127.0.0.1")]
    [InlineData("trsvcid", "70000", "trsvcid is no port: 70000")]
    [InlineData("subnqn", "cnode", "Invalid NQN: cnode")]
    [InlineData("multipath", "all", "Invalid multipath parameter: all")]
    public async Task Parameters_Wrong_AreInvalid(string name, string value, string message)
    {
        await using var card = await CardFixture.StartAsync();
        var parameters = Attach();
        parameters[name] = value;
        await card.Spdk.AssertErrorAsync(-22, message, "bdev_nvme_attach_controller", parameters);
    }

    [Fact]
    public async Task SecondPath_IsAddedOrRefused()
    {
        await using var card = await CardFixture.StartAsync();
        await card.Spdk.ResultAsync("bdev_nvme_attach_controller", Attach());
        await card.Spdk.AssertErrorAsync(
            -114, "A controller named Nvme0 already exists with the specified network path", "bdev_nvme_attach_controller", Attach());
        var second = Attach("4421");
        second["multipath"] = "disable";
        await card.Spdk.AssertErrorAsync(
            -114, "A controller named Nvme0 already exists and multipath is disabled", "bdev_nvme_attach_controller", second);
        var other = Attach("4421");
        other["subnqn"] = "nqn.2016-06.io.spdk:cnode2";
        await card.Spdk.AssertErrorAsync(
            -22,
            $"A controller named Nvme0 already exists, but uses a different subnqn ({Subnqn})",
            "bdev_nvme_attach_controller",
            other);
        Assert.Equal("""["Nvme0n1"]""", (await card.Spdk.ResultAsync("bdev_nvme_attach_controller", Attach("4421")))!.ToJsonString());
        Assert.Equal(2, (await card.Spdk.ResultAsync("bdev_nvme_get_controllers"))![0]!["ctrlrs"]!.AsArray().Count);
        await card.Spdk.ResultAsync(
            "bdev_nvme_detach_controller",
            new JsonObject { ["name"] = "Nvme0", ["trtype"] = "TCP", ["traddr"] = "127.0.0.1", ["trsvcid"] = "4421" });
        Assert.Single(card.Card.State.NvmeControllers[0].Paths);
        Assert.Equal("4421", Assert.Single(card.Nvme.Detached).Path!.Trsvcid);
    }

    [Fact]
    public async Task Detach_OfABdevInUse_IsBusy()
    {
        await using var card = await CardFixture.StartAsync();
        await card.Spdk.ResultAsync("bdev_nvme_attach_controller", Attach());
        var vuid = (string?)(await card.Spdk.ResultAsync("virtio_blk_function_create"))!["vuid"];
        await card.Spdk.ResultAsync("virtio_blk_controller_create", new JsonObject { ["ctrl"] = "c", ["vuid"] = vuid, ["bdev"] = "Nvme0n1", ["num_queues"] = 1 });
        await card.Spdk.AssertErrorAsync(-16, "Device or resource busy", "bdev_nvme_detach_controller", new JsonObject { ["name"] = "Nvme0" });
        await card.Spdk.ResultAsync("virtio_blk_controller_destroy", new JsonObject { ["ctrl"] = "c" });
        await card.Spdk.ResultAsync("bdev_nvme_detach_controller", new JsonObject { ["name"] = "Nvme0" });
    }

    [Fact]
    public async Task Namespaces_ThatComeGrowAndGo_AreFollowed()
    {
        await using var card = await CardFixture.StartAsync();
        await card.Spdk.ResultAsync("bdev_nvme_attach_controller", Attach());
        var second = new NvmeNamespaceInfo(2, Guid.NewGuid(), 4096, 10);
        card.Nvme.Change("Nvme0", FakeInitiator.Namespace with { NumBlocks = 200_000 }, second);
        var grown = await card.Spdk.ResultAsync("bdev_get_bdevs", new JsonObject { ["name"] = "Nvme0n2", ["timeout"] = 20_000 });
        Assert.Equal(4096, (int)grown![0]!["block_size"]!);
        Assert.Equal(200_000, (int)(await card.Spdk.ResultAsync("bdev_get_bdevs", new JsonObject { ["name"] = "Nvme0n1" }))![0]!["num_blocks"]!);
        card.Nvme.Change("Nvme0", second);
        await Eventually.TrueAsync("the first bdev goes", () => card.Card.State.Bdevs.Count == 1);
    }

    [Fact]
    public async Task Namespace_OfAUuidThatIsThere_GivesNoBdev()
    {
        await using var card = await CardFixture.StartAsync();
        await card.Spdk.ResultAsync(
            "bdev_null_create",
            new JsonObject { ["name"] = "b", ["num_blocks"] = 8, ["block_size"] = 512, ["uuid"] = FakeInitiator.Namespace.Uuid.ToString() });
        Assert.Equal("[]", (await card.Spdk.ResultAsync("bdev_nvme_attach_controller", Attach()))!.ToJsonString());
    }

    [Fact]
    public async Task Keys_AreNamesOfPrivateFiles()
    {
        await using var card = await CardFixture.StartAsync();
        var file = card.InDirectory("key");
        await File.WriteAllTextAsync(file, "DHHC-1:00:secret:");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        var add = new JsonObject { ["name"] = "k", ["path"] = file };
        await card.Spdk.AssertErrorAsync(-1, "Operation not permitted", "keyring_file_add_key", add.DeepClone());
        await card.Spdk.AssertErrorAsync(
            -2, "No such file or directory", "keyring_file_add_key", new JsonObject { ["name"] = "k", ["path"] = file + "none" });
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await card.Spdk.ResultAsync("keyring_file_add_key", add.DeepClone());
        await card.Spdk.AssertErrorAsync(-17, "File exists", "keyring_file_add_key", add.DeepClone());
        var attach = Attach();
        attach["dhchap_key"] = "k";
        await card.Spdk.ResultAsync("bdev_nvme_attach_controller", attach);
        Assert.Equal(file, card.Nvme.Attached["Nvme0"].HostKeyFile);
        await card.Spdk.AssertErrorAsync(-16, "Device or resource busy", "keyring_file_remove_key", new JsonObject { ["name"] = "k" });
        Assert.Equal(1, (int)(await card.Spdk.ResultAsync("keyring_get_keys"))![0]!["refcnt"]!);
        Assert.DoesNotContain("secret", await File.ReadAllTextAsync(card.StateFile), StringComparison.Ordinal);
        await card.RestartAsync();
        Assert.Equal(file, card.Nvme.Attached["Nvme0"].HostKeyFile);
        var unknown = Attach("4422");
        unknown["name"] = "Nvme1";
        unknown["dhchap_key"] = "none";
        await card.Spdk.AssertErrorAsync(-2, "No such file or directory", "bdev_nvme_attach_controller", unknown);
    }

    [Fact]
    public async Task Discovery_AttachesWhatIsListed_AndStopsWithIt()
    {
        await using var card = await CardFixture.StartAsync();
        await card.Spdk.ResultAsync("bdev_nvme_start_discovery", new JsonObject
        {
            ["name"] = "disc", ["trtype"] = "tcp", ["traddr"] = "127.0.0.1", ["hostnqn"] = Hostnqn, ["wait_for_attach"] = true,
        });
        Assert.Equal("disc0n1", (string?)(await card.Spdk.ResultAsync("bdev_get_bdevs"))![0]!["name"]);
        Assert.Equal("disc", (string?)(await card.Spdk.ResultAsync("bdev_nvme_get_discovery_info"))![0]!["name"]);
        await card.RestartAsync();
        Assert.Equal("disc", (string?)(await card.Spdk.ResultAsync("bdev_nvme_get_discovery_info"))![0]!["name"]);
        await card.Spdk.ResultAsync("bdev_nvme_stop_discovery", new JsonObject { ["name"] = "disc" });
        Assert.Equal("[]", (await card.Spdk.ResultAsync("bdev_get_bdevs"))!.ToJsonString());
        await card.Spdk.AssertErrorAsync(-2, "No such file or directory", "bdev_nvme_stop_discovery", new JsonObject { ["name"] = "disc" });
    }

    private static JsonObject Attach(string port = "4420") => new()
    {
        ["name"] = "Nvme0",
        ["trtype"] = "TCP",
        ["traddr"] = "127.0.0.1",
        ["adrfam"] = "IPv4",
        ["trsvcid"] = port,
        ["subnqn"] = Subnqn,
        ["hostnqn"] = Hostnqn,
    };
}
