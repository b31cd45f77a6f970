using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Redfish;

namespace Lab.Emulators.Bmc.Tests.Redfish;

public sealed class FilterParserTests
{
    private static readonly JsonObject Resource = JsonNode.Parse("""{"A":"x","B":5,"C":true,"D":{"E":"it's"},"F":null}""")!.AsObject();

    [Theory]
    [InlineData("A eq 'x'", true)]
    [InlineData("A ne 'x'", false)]
    [InlineData("B gt 4.5 and B le 5", true)]
    [InlineData("A eq 'y' or C eq true", true)]
    [InlineData("not (A eq 'x')", false)]
    [InlineData("D/E eq 'it''s'", true)]
    [InlineData("F eq null and G eq null", true)]
    [InlineData("A gt 1", false)]
    [InlineData("A eq 'y' or A eq 'x' and B eq 5", true)]
    public void Filter_OfAResource_HoldsOrNot(string text, bool holds)
    {
        Assert.True(FilterParser.TryParse(text, out var filter));
        Assert.Equal(holds, filter.Holds(Resource));
    }

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("A eq")]
    [InlineData("A is 'x'")]
    [InlineData("(A eq 'x'")]
    [InlineData("A eq 'x' and")]
    [InlineData("A eq 'x")]
    [InlineData("A eq 'x' B")]
    [InlineData("'x' eq A")]
    public void Text_ThatIsNoFilter_IsRefused(string text) => Assert.False(FilterParser.TryParse(text, out _));

    [Fact]
    public void Text_DeepOrRandom_NeverThrows()
    {
        Assert.False(FilterParser.TryParse(new string('(', FilterParser.LengthMax), out _));
        const string Letters = "AB ()'eqandornt/ 15\"";
        var random = new Random(5);
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(40)).Select(_ => Letters[random.Next(Letters.Length)])]);
            if (FilterParser.TryParse(text, out var filter))
                filter.Holds(Resource);
        }
    }
}
