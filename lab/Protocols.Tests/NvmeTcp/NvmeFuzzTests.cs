using Lab.Protocols.NvmeTcp;

namespace Lab.Protocols.Tests.NvmeTcp;

/// <summary>Any bytes are read or refused, never thrown over.</summary>
public sealed class NvmeFuzzTests
{
    private const int Rounds = 10_000;

    [Fact]
    public void Readers_AnyBytes_NeverThrow()
    {
        var random = new Random(20);
        var bytes = new byte[ConnectData.Size];
        for (var round = 0; round < Rounds; round++)
        {
            random.NextBytes(bytes);
            _ = PduHeader.Read(bytes);
            _ = ConnectionRequest.Read(bytes);
            _ = ConnectionResponse.Read(bytes);
            _ = Completion.Read(bytes);
            _ = ConnectData.TryRead(bytes.AsSpan(0, random.Next(bytes.Length + 1)), out _);
            var command = new Command(bytes.AsSpan(0, Command.Size));
            _ = (command.Opcode, command.Id, command.NamespaceId, command.DataLength, command.FirstBlock, command.Blocks, command.IsDataInCapsule);
        }
    }

    [Fact]
    public void Setup_AnyFields_RoundTrips()
    {
        var random = new Random(21);
        var bytes = new byte[ConnectionRequest.Size];
        for (var round = 0; round < Rounds; round++)
        {
            var digests = new PduDigests(random.Next(2) == 0, random.Next(2) == 0);
            var request = new ConnectionRequest((ushort)random.Next(65536), (byte)random.Next(256), digests, (uint)random.Next());
            request.Write(bytes);
            Assert.Equal(request, ConnectionRequest.Read(bytes));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("DHHC-1")]
    [InlineData("DHHC-1:00")]
    [InlineData("DHHC-1:00::")]
    [InlineData("DHHC-1:04:AAAA:")]
    [InlineData("DHHC-1:00:not base64:")]
    [InlineData("DHHC-1:00:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA:")]
    public void Secret_ThatIsNone_IsRefused(string text) => Assert.Throws<FormatException>(() => DhchapSecret.Parse(text));
}
