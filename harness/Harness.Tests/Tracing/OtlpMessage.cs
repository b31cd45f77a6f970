using Google.Protobuf;

namespace Lab.Harness.Tests.Tracing;

/// <summary>Writes protobuf messages field by field, as opentelemetry-proto numbers them.</summary>
internal static class OtlpMessage
{
    public const ulong Second = 1_000_000_000;

    public static byte[] Of(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
            write(output);
        return bytes.ToArray();
    }

    public static void Message(this CodedOutputStream output, int field, Action<CodedOutputStream> write)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(Of(write)));
    }

    public static void Text(this CodedOutputStream output, int field, string text)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(text);
    }

    public static void Id(this CodedOutputStream output, int field, string hex)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(Convert.FromHexString(hex)));
    }

    public static void Fixed(this CodedOutputStream output, int field, ulong value)
    {
        output.WriteTag(field, WireFormat.WireType.Fixed64);
        output.WriteFixed64(value);
    }

    public static void Attribute(this CodedOutputStream output, int field, string key, Action<CodedOutputStream> value) => output.Message(field, a =>
    {
        a.Text(1, key);
        a.Message(2, value);
    });

    /// <summary>A request of one resource with one scope.</summary>
    public static byte[] Request(string service, params Action<CodedOutputStream>[] spans) => Of(request => request.Message(1, resource =>
    {
        // The scope's spans stand before the resource: protobuf allows any order.
        resource.Message(2, scope =>
        {
            scope.Message(1, name => name.Text(1, "lab"));
            foreach (var span in spans)
                scope.Message(2, span);
        });
        resource.Message(1, r => r.Attribute(1, "service.name", v => v.Text(1, service)));
    }));

    public static Action<CodedOutputStream> Span(string trace, string id, string name, ulong start, ulong end) => span =>
    {
        span.Id(1, trace);
        span.Id(2, id);
        span.Text(5, name);
        span.Fixed(7, start);
        span.Fixed(8, end);
    };
}
