using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Profiles;
using Lab.Emulators.Bmc.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Redfish;

/// <summary>Every resource of every profile before DMTF's schemas.</summary>
public sealed class SimulatedServiceTests
{
    public static TheoryData<string> Profiles => [.. ProfileCatalog.Names];

    [Theory, MemberData(nameof(Profiles))]
    public async Task Resources_OfTheProfile_AreValidBySchema(string profile)
    {
        await using var bmc = await SimulatedBmc.StartAsync(profile);
        await bmc.Instance.Device.ResetAsync(Bmc.Device.ResetType.On, TestContext.Current.CancellationToken);
        var resources = await SchemaJudge.CrawlAsync(async path => await bmc.GetAsync(path));
        Assert.True(resources.Count > 100, $"{resources.Count} resources");
        var verdict = await SchemaJudge.ValidateAsync(resources.Values, TestContext.Current.CancellationToken);
        Assert.True(verdict == "errors: 0", verdict);
        // Continuous is what some real ones lack.
        if (bmc.Instance.Profile.Quirks is { RefusesContinuous: false } && bmc.Instance.Profile.VirtualMedia.Length > 0)
        {
            var interoperable = await SchemaJudge.CheckIronicProfileAsync(resources.Values, TestContext.Current.CancellationToken);
            Assert.StartsWith("errors: 0 of 2", interoperable, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Judge_OfAWrongResource_SaysNo()
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        JsonNode wrong = await bmc.GetAsync(SimulatedBmc.System);
        wrong["PowerState"] = "Sleepy";
        Assert.EndsWith("errors: 1", await SchemaJudge.ValidateAsync([wrong], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
