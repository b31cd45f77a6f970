using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Lab.Emulators.Dpu.Backend;

/// <param name="SizeBytes">Size of the export.</param>
/// <param name="ReadOnly">Transmission flag NBD_FLAG_READ_ONLY.</param>
internal sealed record NbdExportInfo(ulong SizeBytes, bool ReadOnly);

/// <summary>
/// Asks an NBD server about one export (NBD protocol, "Fixed newstyle negotiation", NBD_OPT_INFO) and hangs up. The data path opens
/// volumes on its main loop, which stalls every other volume until the server answers: so a server is asked here first, with a limit.
/// </summary>
internal static class NbdProbe
{
    private const ulong Magic = 0x4e42444d41474943;
    private const ulong OptionMagic = 0x49484156454f5054;
    private const ulong ReplyMagic = 0x3e889045565a9;
    private const uint ClientFlags = 3;
    private const uint OptionAbort = 2;
    private const uint OptionInfo = 6;
    private const uint ReplyAck = 1;
    private const uint ReplyInfo = 3;
    private const uint ErrorBit = 0x80000000;
    private const ushort InfoExport = 0;
    private const ushort FlagReadOnly = 2;
    private const int ReplyBytesMax = 64 * 1024;
    private const int RepliesMax = 32;

    /// <exception cref="IOException">The server is not reachable, speaks no fixed newstyle NBD, or has no such export.</exception>
    public static async Task<NbdExportInfo> AskAsync(NbdUrl url, CancellationToken token)
    {
        using var client = new TcpClient { NoDelay = true };
        try
        {
            await client.ConnectAsync(url.Host, url.Port, token);
            var stream = client.GetStream();
            await GreetAsync(stream, token);
            var data = InfoRequest(url.Export);
            await SendOptionAsync(stream, OptionInfo, data, token);
            var info = await ReadInfoAsync(stream, token);
            await SendOptionAsync(stream, OptionAbort, [], token);
            return info;
        }
        catch (SocketException e)
        {
            throw new IOException($"{url.Host}:{url.Port}: {e.Message}", e);
        }
    }

    private static async Task GreetAsync(NetworkStream stream, CancellationToken token)
    {
        var greeting = new byte[18];
        await stream.ReadExactlyAsync(greeting, token);
        if (BinaryPrimitives.ReadUInt64BigEndian(greeting) != Magic
            || BinaryPrimitives.ReadUInt64BigEndian(greeting.AsSpan(8)) != OptionMagic
            || (BinaryPrimitives.ReadUInt16BigEndian(greeting.AsSpan(16)) & 1) == 0)
            throw new IOException("the server speaks no fixed newstyle NBD");
        var flags = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(flags, ClientFlags);
        await stream.WriteAsync(flags, token);
    }

    private static byte[] InfoRequest(string export)
    {
        var name = Encoding.UTF8.GetBytes(export);
        var data = new byte[4 + name.Length + 2];
        BinaryPrimitives.WriteUInt32BigEndian(data, (uint)name.Length);
        name.CopyTo(data, 4);
        return data;
    }

    private static async Task SendOptionAsync(NetworkStream stream, uint option, byte[] data, CancellationToken token)
    {
        var request = new byte[16 + data.Length];
        BinaryPrimitives.WriteUInt64BigEndian(request, OptionMagic);
        BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(8), option);
        BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(12), (uint)data.Length);
        data.CopyTo(request, 16);
        await stream.WriteAsync(request, token);
    }

    private static async Task<NbdExportInfo> ReadInfoAsync(NetworkStream stream, CancellationToken token)
    {
        NbdExportInfo? info = null;
        var header = new byte[20];
        for (var i = 0; i < RepliesMax; i++)
        {
            await stream.ReadExactlyAsync(header, token);
            var type = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(12));
            var length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(16));
            if (BinaryPrimitives.ReadUInt64BigEndian(header) != ReplyMagic || length > ReplyBytesMax)
                throw new IOException("malformed NBD option reply");
            var data = new byte[length];
            await stream.ReadExactlyAsync(data, token);
            if ((type & ErrorBit) != 0)
                throw new IOException($"the NBD server refused the export: error {type & ~ErrorBit} {Encoding.UTF8.GetString(data)}");
            if (type == ReplyAck)
                return info ?? throw new IOException("the NBD server told no size");
            if (type == ReplyInfo && length >= 12 && BinaryPrimitives.ReadUInt16BigEndian(data) == InfoExport)
                info = new NbdExportInfo(
                    BinaryPrimitives.ReadUInt64BigEndian(data.AsSpan(2)),
                    (BinaryPrimitives.ReadUInt16BigEndian(data.AsSpan(10)) & FlagReadOnly) != 0);
        }
        throw new IOException("the NBD server does not come to an end");
    }
}
