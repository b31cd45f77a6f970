using System.Buffers.Binary;
using System.Net;
using System.Text;
using Lab.Emulators.Storage.Exports;
using Lab.Emulators.Storage.Store;
using Lab.Emulators.Storage.Wire;
using Lab.Protocols.Nbd;

namespace Lab.Emulators.Storage.Nbd;

/// <summary>
/// The server's side of fixed newstyle negotiation (proto.md, "Handshake phase"). An export that the client may not see is answered like
/// one that there is not.
/// </summary>
internal sealed class NbdNegotiation(
    SocketInput input, SocketOutput output, IPAddress client, VolumeStore store, ExportSessions sessions, Action abort)
{
    private const uint AllocationContextId = 1;

    private bool noZeroes;
    private bool structured;
    private string? allocationExport;

    /// <summary>The export that the client goes on with; null when it left without one.</summary>
    /// <exception cref="NbdProtocolException">The client broke the protocol.</exception>
    public NbdChosenExport? Run()
    {
        new NbdGreeting(NbdServerFlags.FixedNewstyle | NbdServerFlags.NoZeroes).Write(output.Reserve(NbdGreeting.Size));
        output.Commit(NbdGreeting.Size);
        output.Send();
        if (!input.TryTake(4, out var flagBytes))
            return null;
        var flags = (NbdClientFlags)BinaryPrimitives.ReadUInt32BigEndian(flagBytes.Span);
        if ((flags & ~(NbdClientFlags.FixedNewstyle | NbdClientFlags.NoZeroes)) != 0)
            throw new NbdProtocolException($"unknown client flags {(uint)flags:x}");
        noZeroes = flags.HasFlag(NbdClientFlags.NoZeroes);

        for (var options = 0; options < NbdLimits.OptionsMax; options++)
        {
            if (!input.TryTake(NbdOptionHeader.Size, out var head))
                return null;
            if (!NbdOptionHeader.TryRead(head.Span, out var header))
                throw new NbdProtocolException("an option without its magic");
            if (header.Length > NbdLimits.OptionBytesMax)
                throw new NbdProtocolException($"an option of {header.Length} bytes");
            if (!input.TryTake((int)header.Length, out var data))
                return null;
            var chosen = Answer(header.Option, data.Span, out var ended);
            output.Send();
            if (chosen is not null || ended)
                return chosen;
        }
        throw new NbdProtocolException($"more than {NbdLimits.OptionsMax} options");
    }

    private NbdChosenExport? Answer(NbdOption option, ReadOnlySpan<byte> data, out bool ended)
    {
        ended = option == NbdOption.Abort;
        switch (option)
        {
            case NbdOption.ExportName:
                ended = true;
                return AnswerExportName(data);
            case NbdOption.Info or NbdOption.Go:
                return AnswerInfo(option, data);
            case NbdOption.List:
                AnswerList(data);
                return null;
            case NbdOption.StructuredReply:
                structured |= data.Length == 0;
                Reply(option, data.Length == 0 ? NbdOptionReply.Ack : NbdOptionReply.ErrInvalid);
                return null;
            case NbdOption.ListMetaContext or NbdOption.SetMetaContext:
                AnswerMetaContext(option, data);
                return null;
            default:
                Reply(option, option == NbdOption.Abort ? NbdOptionReply.Ack : NbdOptionReply.ErrUnsupported);
                return null;
        }
    }

    private NbdChosenExport AnswerExportName(ReadOnlySpan<byte> data)
    {
        // The one option that has no way to say no but to hang up.
        var chosen = (NbdExportRequest.TryReadName(data, out var name) ? Choose(name) : null)
            ?? throw new NbdProtocolException("asked for an export that there is not");
        var zeroes = noZeroes ? 0 : NbdExportInfo.ExportNameZeroes;
        var span = output.Reserve(NbdExportInfo.ExportNameSize + zeroes);
        span[..(NbdExportInfo.ExportNameSize + zeroes)].Clear();
        InfoOf(chosen.Export, chosen.Volume).WriteExportName(span);
        output.Commit(NbdExportInfo.ExportNameSize + zeroes);
        return chosen;
    }

    private NbdChosenExport? AnswerInfo(NbdOption option, ReadOnlySpan<byte> data)
    {
        if (!NbdExportRequest.TryRead(data, out var request))
        {
            Reply(option, NbdOptionReply.ErrInvalid);
            return null;
        }
        try
        {
            var chosen = option == NbdOption.Go ? Choose(request.Name) : null;
            var export = chosen?.Export ?? (option == NbdOption.Info ? Visible(request.Name) : null);
            if (export is null)
            {
                ReplyError(option, NbdOptionReply.ErrUnknown, "there is no such export");
                return null;
            }
            WriteInfos(option, request, export, chosen?.Volume ?? store.VolumeOf(export));
            Reply(option, NbdOptionReply.Ack);
            return chosen;
        }
        catch (StoreException failure)
        {
            ReplyError(option, NbdOptionReply.ErrPlatform, failure.Message);
            return null;
        }
    }

    private void WriteInfos(NbdOption option, NbdExportRequest request, ExportRecord export, IBlockVolume volume)
    {
        InfoOf(export, volume).WriteInfo(StartReply(option, NbdOptionReply.Info, NbdExportInfo.InfoSize));
        if (request.Infos.Contains(NbdInfo.Name))
            WriteText(option, NbdInfo.Name, export.Id);
        if (request.Infos.Contains(NbdInfo.Description))
            WriteText(option, NbdInfo.Description, $"volume {export.VolumeId}");
        if (request.Infos.Contains(NbdInfo.BlockSize))
            new NbdBlockSizes(1, 4096, NbdLimits.PayloadBytesMax)
                .WriteInfo(StartReply(option, NbdOptionReply.Info, NbdBlockSizes.InfoSize));
    }

    private void WriteText(NbdOption option, NbdInfo info, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var span = StartReply(option, NbdOptionReply.Info, 2 + bytes.Length);
        BinaryPrimitives.WriteUInt16BigEndian(span, (ushort)info);
        bytes.CopyTo(span[2..]);
    }

    private void AnswerList(ReadOnlySpan<byte> data)
    {
        if (data.Length != 0)
        {
            Reply(NbdOption.List, NbdOptionReply.ErrInvalid);
            return;
        }
        foreach (var export in store.ExportsFor(client))
        {
            var name = Encoding.UTF8.GetBytes(export.Id);
            var span = StartReply(NbdOption.List, NbdOptionReply.Server, 4 + name.Length);
            BinaryPrimitives.WriteUInt32BigEndian(span, (uint)name.Length);
            name.CopyTo(span[4..]);
        }
        Reply(NbdOption.List, NbdOptionReply.Ack);
    }

    private void AnswerMetaContext(NbdOption option, ReadOnlySpan<byte> data)
    {
        var setting = option == NbdOption.SetMetaContext;
        if (setting)
            allocationExport = null;
        if (!structured || !NbdMetaContextRequest.TryRead(data, out var request))
        {
            Reply(option, NbdOptionReply.ErrInvalid);
            return;
        }
        if (Visible(request.ExportName) is null)
        {
            ReplyError(option, NbdOptionReply.ErrUnknown, "there is no such export");
            return;
        }
        var wanted = request.Queries.Contains(NbdProtocol.BaseAllocation)
            || (!setting && (request.Queries.Count == 0 || request.Queries.Contains("base:")));
        if (wanted)
        {
            var name = Encoding.UTF8.GetBytes(NbdProtocol.BaseAllocation);
            var span = StartReply(option, NbdOptionReply.MetaContext, 4 + name.Length);
            BinaryPrimitives.WriteUInt32BigEndian(span, setting ? AllocationContextId : 0);
            name.CopyTo(span[4..]);
            if (setting)
                allocationExport = request.ExportName;
        }
        Reply(option, NbdOptionReply.Ack);
    }

    private ExportRecord? Visible(string name) => store.ExportsFor(client).FirstOrDefault(export => export.Id == name);

    private NbdChosenExport? Choose(string name)
    {
        // On the list of sessions before the export is looked up, so that whoever deletes it either is seen here or sees this.
        var session = sessions.Add(name, abort);
        try
        {
            if (store.Connect(name, client) is var (export, use))
                return new NbdChosenExport(export, use, session)
                {
                    Structured = structured,
                    Allocation = structured && allocationExport == name,
                };
        }
        catch
        {
            session.Dispose();
            throw;
        }
        session.Dispose();
        return null;
    }

    private static NbdExportInfo InfoOf(ExportRecord export, IBlockVolume volume) =>
        new((ulong)volume.SizeBytes, NbdChosenExport.FlagsOf(export));

    private void Reply(NbdOption option, NbdOptionReply reply) => StartReply(option, reply, 0);

    private void ReplyError(NbdOption option, NbdOptionReply reply, string message)
    {
        var text = Encoding.UTF8.GetBytes(message);
        text.CopyTo(StartReply(option, reply, text.Length));
    }

    /// <summary>Writes a reply's head; the span takes its data, all of which the caller must fill before the next reply.</summary>
    private Span<byte> StartReply(NbdOption option, NbdOptionReply reply, int length)
    {
        var span = output.Reserve(NbdOptionReplyHeader.Size + length);
        new NbdOptionReplyHeader(option, reply, (uint)length).Write(span);
        output.Commit(NbdOptionReplyHeader.Size + length);
        return span.Slice(NbdOptionReplyHeader.Size, length);
    }
}
