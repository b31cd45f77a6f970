using Google.Protobuf;
using Lab.Harness.Tracing;

namespace Lab.Harness.Tests.Tracing;

public sealed class OtlpTraceRequestTests
{
    private const string Trace = "0102030405060708090a0b0c0d0e0f10";
    private const string Id = "1112131415161718";
    private const string Parent = "2122232425262728";

    [Fact]
    public void Read_OfASpan_KeepsWhatATimelineNeeds()
    {
        var body = OtlpMessage.Request("agent", span =>
        {
            OtlpMessage.Span(Trace, Id, "power", 1_700_000_000 * OtlpMessage.Second, 1_700_000_001 * OtlpMessage.Second + 500)(span);
            span.Id(4, Parent);
            span.Text(3, "state");
            span.WriteTag(6, WireFormat.WireType.Varint);
            span.WriteEnum(2);
            span.Attribute(9, "text", v => v.Text(1, "wörd"));
            span.Attribute(9, "flag", v =>
            {
                v.WriteTag(2, WireFormat.WireType.Varint);
                v.WriteBool(true);
            });
            span.Attribute(9, "count", v =>
            {
                v.WriteTag(3, WireFormat.WireType.Varint);
                v.WriteInt64(-7);
            });
            span.Attribute(9, "ratio", v =>
            {
                v.WriteTag(4, WireFormat.WireType.Fixed64);
                v.WriteDouble(1.5);
            });
            span.Attribute(9, "empty", _ => { });
            span.Message(15, status => status.Text(2, "fine"));
        });
        var read = Assert.Single(OtlpTraceRequest.Read(body));
        Assert.Equal((Trace, Id, Parent, "agent", "power"), (read.TraceId, read.SpanId, read.ParentId, read.Service, read.Name));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), read.Start);
        Assert.Equal(TimeSpan.FromTicks(TimeSpan.TicksPerSecond + 5), read.Duration);
        Assert.Equal(
            new Dictionary<string, string> { ["text"] = "wörd", ["flag"] = "true", ["count"] = "-7", ["ratio"] = "1.5", ["empty"] = "" }, read.Attributes);
    }

    [Fact]
    public void Read_OfGoldenBytes_Agrees()
    {
        // resource_spans{scope_spans{spans{trace_id, span_id, parent_span_id: "", name: "api", start: 100, end: 300}}}
        var body = Convert.FromHexString(
            "0A39" + "1237" + "1235"
            + "0A100102030405060708090A0B0C0D0E0F10" + "12081112131415161718" + "2200" + "2A03617069" + "396400000000000000" + "412C01000000000000");
        var read = Assert.Single(OtlpTraceRequest.Read(body));
        Assert.Equal((Trace, Id, null, "", "api"), (read.TraceId, read.SpanId, read.ParentId, read.Service, read.Name));
        Assert.Equal((DateTimeOffset.UnixEpoch.AddTicks(1), TimeSpan.FromTicks(2)), (read.Start, read.Duration));
    }

    [Fact]
    public void Read_OfTwoServices_KeepsThemApart()
    {
        var (manager, agent) = (OtlpMessage.Request("manager", OtlpMessage.Span(Trace, Id, "a", 1, 2)), OtlpMessage.Request("agent", OtlpMessage.Span(Trace, Parent, "b", 1, 2)));
        // Protobuf messages that follow each other are one message.
        Assert.Equal([("manager", "a"), ("agent", "b")], OtlpTraceRequest.Read([.. manager, .. agent]).Select(s => (s.Service, s.Name)));
    }

    [Fact]
    public void Read_OfNothing_IsNoSpans() => Assert.Empty(OtlpTraceRequest.Read([]));

    [Fact]
    public void Read_CutAnywhere_FailsOrFindsNothing()
    {
        var body = OtlpMessage.Request("agent", OtlpMessage.Span(Trace, Id, "power", 1, 2));
        for (var length = 1; length < body.Length; length++)
            Assert.Throws<InvalidProtocolBufferException>(() => OtlpTraceRequest.Read(body[..length]));
    }

    [Fact]
    public void Read_OfNoise_FailsInNoOtherWay()
    {
        var random = new Random(4318);
        var body = OtlpMessage.Request("agent", OtlpMessage.Span(Trace, Id, "power", 1, 2));
        for (var round = 0; round < 20_000; round++)
        {
            var noisy = body.ToArray();
            for (var i = 0; i < 3; i++)
                noisy[random.Next(noisy.Length)] = (byte)random.Next(256);
            try
            {
                OtlpTraceRequest.Read(noisy);
            }
            catch (Exception e) when (e is InvalidProtocolBufferException or InvalidDataException)
            {
                // As documented.
            }
        }
    }

    [Fact]
    public void Read_OfASpanThatEndsBeforeItStarts_Fails()
    {
        var failure = Assert.Throws<InvalidDataException>(() => OtlpTraceRequest.Read(OtlpMessage.Request("agent", OtlpMessage.Span(Trace, Id, "odd", 2, 1))));
        Assert.Contains("span odd ends before it starts", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfTimesAtTheEdge_Holds() => Assert.Equal(
        TimeSpan.FromTicks((long)(ulong.MaxValue / 100)), Assert.Single(OtlpTraceRequest.Read(OtlpMessage.Request("a", OtlpMessage.Span(Trace, Id, "x", 0, ulong.MaxValue)))).Duration);
}
