using System.Text;
using System.Text.Json.Nodes;
using Lab.Protocols.Qmp;

namespace Lab.Protocols.Tests.Qmp;

/// <summary>Vectors captured from qemu-storage-daemon 7.2.22.</summary>
public sealed class QmpMessageTests
{
    [Fact]
    public void Greeting_OfQemuStorageDaemon_GivesItsVersion()
    {
        var greeting = Assert.IsType<QmpMessage.Greeting>(Read(
            """{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "Debian"}, "capabilities": ["oob"]}}"""));
        Assert.Equal("7.2.22", greeting.Version);
    }

    [Fact]
    public void Return_WithId_IsMatchable()
    {
        var answer = Assert.IsType<QmpMessage.Return>(Read("""{"return": {}, "id": 3}"""));
        Assert.Equal(3, answer.Id);
    }

    [Fact]
    public void Failure_OfBlockdevAdd_CarriesClassAndDescription()
    {
        var failure = Assert.IsType<QmpMessage.Failure>(Read(
            """{"id": 9, "error": {"class": "GenericError", "desc": "Failed to connect to '127.0.0.1:9': Connection refused"}}"""));
        Assert.Equal((9, "GenericError"), (failure.Id, failure.ErrorClass));
        Assert.EndsWith("Connection refused", failure.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Event_OfExportDeletion_CarriesItsData()
    {
        var e = Assert.IsType<QmpMessage.Event>(Read(
            """{"timestamp": {"seconds": 1795405425, "microseconds": 380555}, "event": "BLOCK_EXPORT_DELETED", "data": {"id": "e0"}}"""));
        Assert.Equal("BLOCK_EXPORT_DELETED", e.Value.Name);
        Assert.Equal("e0", e.Value.Data.GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"event\": 1}")]
    [InlineData("no")]
    public void Text_OfAnotherShape_IsRefused(string text) =>
        Assert.False(QmpMessage.TryRead(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Command_WithArguments_HasTheSpecifiedMembers() =>
        Assert.Equal(
            """{"execute":"blockdev-del","arguments":{"node-name":"n"},"id":4}""",
            Encoding.UTF8.GetString(QmpMessage.Command("blockdev-del", new JsonObject { ["node-name"] = "n" }, 4)));

    private static QmpMessage Read(string text)
    {
        Assert.True(QmpMessage.TryRead(Encoding.UTF8.GetBytes(text), out var message));
        return message;
    }
}
