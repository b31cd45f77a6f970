using Google.Protobuf;

namespace Lab.Harness.Tracing;

/// <summary>
/// Reads an OTLP ExportTraceServiceRequest (opentelemetry-proto, trace/v1/trace.proto): just the fields a timeline needs. Unknown
/// fields are passed over, as protobuf wants.
/// </summary>
public static class OtlpTraceRequest
{
    public const int BytesMax = 8 * 1024 * 1024;

    /// <exception cref="InvalidProtocolBufferException">The bytes are no such message.</exception>
    public static IReadOnlyList<CollectedSpan> Read(byte[] body)
    {
        var spans = new List<CollectedSpan>();
        ForEach(new CodedInputStream(body), 1, resourceSpans =>
        {
            var service = "";
            var found = new List<CollectedSpan>();
            ForEachField(resourceSpans, (field, message) =>
            {
                if (field == 1)
                    ForEach(message(), 1, attribute => service = Attribute(attribute) is ("service.name", var value) ? value : service);
                else if (field == 2)
                    ForEach(message(), 2, span => found.Add(Span(span)));
                else
                    return false;
                return true;
            });
            spans.AddRange(found.Select(s => s with { Service = service }));
        });
        return spans;
    }

    private static CollectedSpan Span(CodedInputStream input)
    {
        var span = new CollectedSpan("", "", null, "", "", default, TimeSpan.Zero, new Dictionary<string, string>());
        var attributes = new Dictionary<string, string>();
        ulong start = 0, end = 0;
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag))
            {
                case (1, WireFormat.WireType.LengthDelimited): span = span with { TraceId = Hex(input) }; break;
                case (2, WireFormat.WireType.LengthDelimited): span = span with { SpanId = Hex(input) }; break;
                case (4, WireFormat.WireType.LengthDelimited): span = span with { ParentId = Hex(input) is { Length: > 0 } parent ? parent : null }; break;
                case (5, WireFormat.WireType.LengthDelimited): span = span with { Name = input.ReadString() }; break;
                case (7, WireFormat.WireType.Fixed64): start = input.ReadFixed64(); break;
                case (8, WireFormat.WireType.Fixed64): end = input.ReadFixed64(); break;
                case (9, WireFormat.WireType.LengthDelimited):
                    var (key, value) = Attribute(new CodedInputStream(input.ReadBytes().ToByteArray()));
                    attributes[key] = value;
                    break;
                default: input.SkipLastField(); break;
            }
        }
        if (end < start)
            throw new InvalidDataException($"span {span.Name} ends before it starts");
        return span with
        {
            Start = DateTimeOffset.UnixEpoch.AddTicks((long)(start / 100)),
            Duration = TimeSpan.FromTicks((long)((end - start) / 100)),
            Attributes = attributes,
        };
    }

    private static (string Key, string Value) Attribute(CodedInputStream input)
    {
        string key = "", value = "";
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            if (tag == WireFormat.MakeTag(1, WireFormat.WireType.LengthDelimited))
                key = input.ReadString();
            else if (tag == WireFormat.MakeTag(2, WireFormat.WireType.LengthDelimited))
                value = AnyValue(new CodedInputStream(input.ReadBytes().ToByteArray()));
            else
                input.SkipLastField();
        }
        return (key, value);
    }

    private static string AnyValue(CodedInputStream input)
    {
        var tag = input.ReadTag();
        return (WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag)) switch
        {
            (1, WireFormat.WireType.LengthDelimited) => input.ReadString(),
            (2, WireFormat.WireType.Varint) => input.ReadBool() ? "true" : "false",
            (3, WireFormat.WireType.Varint) => input.ReadInt64().ToString(System.Globalization.CultureInfo.InvariantCulture),
            (4, WireFormat.WireType.Fixed64) => input.ReadDouble().ToString(System.Globalization.CultureInfo.InvariantCulture),
            _ => "",
        };
    }

    private static string Hex(CodedInputStream input) => Convert.ToHexStringLower(input.ReadBytes().Span);

    private static void ForEach(CodedInputStream input, int field, Action<CodedInputStream> read) =>
        ForEachField(input, (number, message) =>
        {
            if (number != field)
                return false;
            read(message());
            return true;
        });

    private static void ForEachField(CodedInputStream input, Func<int, Func<CodedInputStream>, bool> take)
    {
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            var taken = WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited
                && take(WireFormat.GetTagFieldNumber(tag), () => new CodedInputStream(input.ReadBytes().ToByteArray()));
            if (!taken)
                input.SkipLastField();
        }
    }
}

/// <summary>One activity of one process, as it told by OTLP.</summary>
/// <param name="TraceId">32 hexadecimal digits.</param>
/// <param name="SpanId">16 hexadecimal digits.</param>
public sealed record CollectedSpan(
    string TraceId, string SpanId, string? ParentId, string Service, string Name, DateTimeOffset Start, TimeSpan Duration,
    IReadOnlyDictionary<string, string> Attributes);
