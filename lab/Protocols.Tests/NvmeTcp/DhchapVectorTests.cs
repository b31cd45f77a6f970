using Lab.Protocols.NvmeTcp;

namespace Lab.Protocols.Tests.NvmeTcp;

/// <summary>
/// Responses as Python's hmac computes them from the specification's message (base specification 2.0 §8.13.5.4): challenge, sequence number,
/// transaction, 0, role, own name, 0, other name. The keys count from 1, the challenges in steps of 7.
/// </summary>
public sealed class DhchapVectorTests
{
    private const string Host = "nqn.2014-08.org.nvmexpress:uuid:00000000-0000-0000-0000-000000000001";
    private const string Subsystem = "nqn.2026-01.org.dpulab:v0";
    private const string AsItIs = "DHHC-1:00:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAl7OaH:";
    private const string BySha256 = "DHHC-1:01:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAl7OaH:";

    private const string BySha512 =
        "DHHC-1:03:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4/QJn7gCg=:";

    [Theory]
    [InlineData(
        DhchapHash.Sha256, AsItIs, "2262fb13305185c97dfe955e0af0eab3a02a2de42682b387c1d063f54cdb954c",
        "e69cbcf594d95310172cb03f9bc92f9b8b4b3744339c17f41c01458b89c6fab9")]
    [InlineData(
        DhchapHash.Sha384, BySha256, "0c001418a5f600416a46380f32e474dbbdabf99552d466af0e6594bb05899accca54f6ef22b105b7d16a09c5fc642119",
        "0f5d4c4ec655147106402e9fa38ea0a9862c23478c20bd530092954a2fb1d48f88a8defbe8da40193a72e2ca9939002c")]
    [InlineData(
        DhchapHash.Sha512, BySha512,
        "61c053c0b63a2b8f3026ba25a9dbdcf67a133aaee909294365fc0720d5a559dc78888b7396c579479c3fb169a57445553cbb2f2292bd3aaf1287294fa6bb1ba8",
        "b0265e73617883d711bdf6b90f7631431e4a377196d4105c56298e74a93fda18ab352298365718be979070307d96e757a496ee77d9b82c737542cf6d4584c990")]
    public void Responses_AreAsComputedElsewhere(DhchapHash hash, string secret, string host, string controller)
    {
        const uint sequence = 0x01020304;
        const ushort transaction = 0x55aa;
        var parties = new DhchapParties(Host, Subsystem, DhchapSecret.Parse(secret), DhchapSecret.Parse(secret));
        byte[] challenge = [.. Enumerable.Range(0, Dhchap.LengthOf(hash)).Select(i => (byte)(7 * i))];
        Assert.Equal(Convert.FromHexString(host), Dhchap.HostResponse(hash, parties, challenge, sequence, transaction));
        Assert.Equal(Convert.FromHexString(controller), Dhchap.ControllerResponse(hash, parties, challenge, sequence, transaction));
    }
}
