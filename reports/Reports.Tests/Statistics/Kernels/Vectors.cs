using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lab.Reports.Tests.Statistics.Kernels;

/// <summary>What R computed: vectors.json, written by vectors.R, which names each source.</summary>
internal static class Vectors
{
    private static readonly JsonDocument Document = JsonDocument.Parse(
        typeof(Vectors).Assembly.GetManifestResourceStream("Lab.Reports.Tests.vectors.json")!);

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
    };

    public static IEnumerable<T> Of<T>(string kernel)
    {
        var rows = Document.RootElement.GetProperty(kernel).Deserialize<List<T>>(Options)!;
        Assert.NotEmpty(rows);
        return rows;
    }
}
