using Lab.Contracts.Testbeds;
using Lab.Harness.Launch;
using Lab.Harness.Testbeds;
using Lab.Yaml;

namespace Lab.Harness.Tests.Testbeds;

public sealed class TestbedFileTests
{
    private const long MiB = 1L << 20;

    private const string Head = """
        name: t
        manager: {build: .}
        storage: [{name: st0, kind: emulated}]

        """;

    private const string RealHead = """
        name: t
        manager: {url: https://manager.example:8443/}
        storage: [{name: st0, kind: emulated}]
        nodes:

        """;

    private static IReadOnlyList<YamlError> Errors(string text) =>
        Assert.Throws<YamlFileException>(() => TestbedFile.Parse(text, "t.yaml")).Errors;

    private static void Single(string text, long line, string says)
    {
        var error = Assert.Single(Errors(text));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Equal(line, error.Line);
    }

    [Fact]
    public void Load_OfTheShippedTestbed_Reads()
    {
        var testbed = TestbedFile.Load(Path.Combine(Programs.Own.Checkout, "scenarios", "Scenarios", "testbeds", "emulated-2x.yaml"));
        Assert.Equal("emulated-2x", testbed.Name);
        Assert.Equal(".", Assert.IsType<ManagerSource.Build>(testbed.Manager).Directory);
        Assert.Equal(new StorageTarget("st0", StorageProtocols.NvmeTcp, 64L << 30), Assert.Single(testbed.Storage));
        Assert.Equal(
            [new EmulatedNode("bm0", 1, 512 * MiB, 1, 512 * MiB), new EmulatedNode("bm1", 1, 512 * MiB, 1, 512 * MiB)], testbed.Nodes);
    }

    [Fact]
    public void Parse_OfWhatIsLeftOut_TakesDefaults()
    {
        var testbed = TestbedFile.Parse("name: t\nstorage: [{name: st0, kind: emulated}]\nnodes: [{name: a, kind: emulated}]", "t.yaml");
        Assert.Equal(".", Assert.IsType<ManagerSource.Build>(testbed.Manager).Directory);
        Assert.Equal(new EmulatedNode("a", 1, 512 * MiB, 1, 512 * MiB), Assert.Single(testbed.Nodes));
    }

    [Fact]
    public void Parse_OfARealNode_KeepsTheNameOfItsSecretAlone()
    {
        var testbed = TestbedFile.Parse(
            RealHead + "  - {name: r, kind: real, serial: MT1, agent: {enrolled: true}, bmc: {redfish: https://bmc/, secret: env:BMC17}}", "t.yaml");
        Assert.Equal(new RealNode("r", "MT1", new Uri("https://bmc/"), "BMC17"), Assert.Single(testbed.Nodes));
    }

    [Fact]
    public void Parse_OfManyErrors_TellsAllOfThemInOrderWithTheirLines()
    {
        var errors = Errors("""
            name: T!
            manager: {build: ., colour: red}
            storage:
              - name: st0
                kind: floppy
                pool: 3 bananas
            nodes:
              - {name: a, kind: emulated, host: {vcpus: 0}}
              - kind: emulated
                soc: {memory: 1MiB}
            flavour: sweet
            """);
        Assert.Equal([1, 2, 5, 6, 8, 9, 10, 11], errors.Select(e => e.Line));
        string[] says =
        [
            "name: 'T!'", "manager.colour is not known", "storage[0].kind: 'floppy'", "storage[0].pool must be a size", "nodes[0].host.vcpus must be a number",
            "nodes[1].name is missing", "nodes[1].soc.memory must be a size", "flavour is not known here; known: manager, name, nodes, storage",
        ];
        Assert.All(says.Zip(errors), pair => Assert.StartsWith(pair.First, pair.Second.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Exception_OfErrors_ReadsAsACompilersDo()
    {
        var exception = Assert.Throws<YamlFileException>(() => TestbedFile.Parse("name: t\nx: 1", "some/t.yaml"));
        Assert.Contains("some/t.yaml:2: x is not known here", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("storage", "name: t\nnodes: [{name: a, kind: emulated}]")]
    [InlineData("nodes", "name: t\nstorage: [{name: st0, kind: emulated}]")]
    [InlineData("name", "nodes: [{name: a, kind: emulated}]\nstorage: [{name: st0, kind: emulated}]")]
    public void Parse_WithoutAField_NamesIt(string field, string text) => Single(text, 1, $"{field} is missing");

    [Theory]
    [InlineData("name: []", "name must be a text")]
    [InlineData("name: ''", "name must be a text")]
    [InlineData("name: 0123456789abcdef", "1 to 15 lower case")]
    [InlineData("name: ../x", "1 to 15 lower case")]
    public void Parse_OfAName_TakesOnlyWhatMayNameObjects(string line, string says) =>
        Single(line + "\nstorage: [{name: st0, kind: emulated}]\nnodes: [{name: a, kind: emulated}]", 1, says);

    [Theory]
    [InlineData("host: {memory: 256MiB}", true)]
    [InlineData("host: {memory: 1024GiB}", true)]
    [InlineData("host: {memory: 255MiB}", false)]
    [InlineData("host: {memory: 1025GiB}", false)]
    [InlineData("host: {memory: 512}", false)]
    [InlineData("host: {memory: 512MB}", false)]
    [InlineData("host: {memory: -512MiB}", false)]
    [InlineData("host: {memory: 0.5GiB}", false)]
    [InlineData("host: {memory: 99999999999999999999GiB}", false)]
    [InlineData("host: {memory: 9999999999999TiB}", false)]
    [InlineData("host: {memory: [1]}", false)]
    [InlineData("host: {vcpus: 64}", true)]
    [InlineData("host: {vcpus: 65}", false)]
    [InlineData("host: {vcpus: 1.5}", false)]
    [InlineData("soc: {cpus: 0.5}", true)]
    [InlineData("soc: {cpus: 0}", false)]
    [InlineData("soc: {cpus: NaN}", false)]
    [InlineData("soc: 4", false)]
    public void Parse_OfSizes_HoldsTheLimits(string shape, bool good)
    {
        var text = Head + "nodes:\n  - {name: a, kind: emulated, " + shape + "}";
        if (good)
            TestbedFile.Parse(text, "t.yaml");
        else
            Assert.Equal(5, Assert.Single(Errors(text)).Line);
    }

    [Fact]
    public void Parse_OfANameGivenTwice_PointsAtTheSecond() => Single(
        Head + "nodes:\n  - {name: a, kind: emulated}\n  - {name: b, kind: emulated}\n  - {name: a, kind: emulated}", 7, "the name a is given already in line 5");

    [Fact]
    public void Parse_OfAStorageNamedAsANode_IsRefused() =>
        Single(Head + "nodes:\n  - {name: st0, kind: emulated}", 5, "the name st0 is given already in line 3");

    [Fact]
    public void Parse_OfARealNodeWithoutSerial_IsRefused() => Single(
        RealHead + "  - {name: r, kind: real, agent: {enrolled: true}, bmc: {redfish: https://bmc/, secret: env:X}}", 5, "list the DPU's serial number");

    [Fact]
    public void Parse_OfARealNodeNotEnrolled_IsRefused() => Single(
        RealHead + "  - {name: r, kind: real, serial: S, bmc: {redfish: https://bmc/, secret: env:X}}", 5, "must be enrolled");

    [Theory]
    [InlineData("secret: hunter2")]
    [InlineData("secret: admin:hunter2")]
    [InlineData("secret: 'env:'")]
    [InlineData("secret: env:X, password: hunter2")]
    public void Parse_OfASecretInTheFile_IsRefusedAndNotRepeated(string secret)
    {
        var error = Assert.Single(Errors(
            RealHead + "  - {name: r, kind: real, serial: S, agent: {enrolled: true}, bmc: {redfish: https://bmc/, " + secret + "}}"));
        Assert.DoesNotContain("hunter2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://bmc/")]
    [InlineData("bmc")]
    public void Parse_OfABmcWithoutTls_IsRefused(string address) => Single(
        RealHead + "  - {name: r, kind: real, serial: S, agent: {enrolled: true}, bmc: {redfish: '" + address + "', secret: env:X}}", 5, "https://");

    [Theory]
    [InlineData("manager: {}")]
    [InlineData("manager: {build: ., url: https://m/}")]
    public void Parse_OfAManagerNeitherBuiltNorRunning_IsRefused(string manager) =>
        Assert.Contains(Errors("name: t\n" + manager + "\nstorage: [{name: st0, kind: emulated}]\nnodes: [{name: a, kind: emulated}]"),
            e => e.Line == 2 && e.Message.Contains("either build", StringComparison.Ordinal));

    [Fact]
    public void Parse_OfEmulatedNodesAtARunningManager_IsRefused() =>
        Single(RealHead + "  - {name: a, kind: emulated}", 2, "give manager.build");

    [Fact]
    public void Parse_OfTooManyNodes_IsRefused() => Single(
        Head + "nodes:\n" + string.Concat(Enumerable.Range(0, TestbedFile.NodesMax + 1).Select(i => $"  - {{name: n{i}, kind: emulated}}\n")), 5, "at most 64");

    [Theory]
    [InlineData("name: [", "not YAML")]
    [InlineData("name: t\nname: u", "not YAML")]
    [InlineData("name: \"t", "not YAML")]
    [InlineData("", "one YAML document")]
    [InlineData("name: t\n---\nname: u", "one YAML document")]
    [InlineData("just words", "must be a mapping")]
    [InlineData("? [a, b]\n: c", "a key that is no text is not known")]
    public void Parse_OfWhatIsNoTestbed_SaysSo(string text, string says)
    {
        var errors = Errors(text);
        Assert.Contains(errors, e => e.Message.Contains(says, StringComparison.Ordinal));
        Assert.All(errors, e => Assert.InRange(e.Line, 1, 3));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    public void Parse_OfBottomlessNesting_IsRefused(string level) =>
        Single("name: t\nx:\n " + string.Concat(Enumerable.Repeat(level, 20_000)), 3, "levels in each other");

    [Fact]
    public void Load_OfAFileTooLong_IsRefusedUnread()
    {
        var path = Path.GetTempFileName();
        try
        {
            using (var file = File.OpenWrite(path))
                file.SetLength(YamlFile.BytesMax + 1);
            var exception = Assert.Throws<YamlFileException>(() => TestbedFile.Load(path));
            Assert.Contains("longer than", exception.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("/nonexistent/t.yaml")]
    [InlineData("/tmp")]
    [InlineData("")]
    public void Load_OfNoFile_SaysSo(string path) =>
        Assert.Contains("no such file", Assert.Throws<YamlFileException>(() => TestbedFile.Load(path)).Message, StringComparison.Ordinal);
}
