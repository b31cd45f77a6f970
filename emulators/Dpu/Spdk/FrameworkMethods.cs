using System.Text.Json.Nodes;

namespace Lab.Emulators.Dpu.Spdk;

/// <summary>How a client finds out whom it talks to: spdk_get_version, rpc_get_methods.</summary>
internal static class FrameworkMethods
{
    // The methods are those of SPDK's schema of this release; the suffix says whose implementation it is.
    private const int Major = 26;
    private const int Minor = 5;
    private const string Suffix = "-dpud";

    public static void Register(SpdkMethods methods)
    {
        methods.Add("rpc_get_methods", SpdkJson.Default.RpcGetMethods, _ =>
            Task.FromResult<JsonNode?>(new JsonArray([.. methods.Methods.Names.Order(StringComparer.Ordinal).Select(n => (JsonNode)n)])));
        methods.Add("spdk_get_version", () => Task.FromResult<JsonNode?>(new JsonObject
        {
            ["version"] = $"SPDK v{Major}.{Minor:00}{Suffix}",
            ["fields"] = new JsonObject { ["major"] = Major, ["minor"] = Minor, ["patch"] = 0, ["suffix"] = Suffix },
        }));
    }
}
