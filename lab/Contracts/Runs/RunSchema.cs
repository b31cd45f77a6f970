using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace Lab.Contracts.Runs;

/// <summary>
/// The published JSON Schema (draft 2020-12) of the run record: files of Runs/Schema, embedded under the same names.
/// <see cref="Export"/> makes them from the types; a test holds that both are alike.
/// </summary>
public static class RunSchema
{
    private static readonly Dictionary<string, JsonTypeInfo> Types = new()
    {
        ["run.schema.json"] = RunJson.Info,
        ["sample.schema.json"] = RunJson.Sample,
        ["event.schema.json"] = RunJson.Event,
        ["result.schema.json"] = RunJson.Result,
    };

    public static IEnumerable<string> Names => Types.Keys;

    /// <summary>The published text of a schema.</summary>
    public static string Published(string name)
    {
        using var stream = typeof(RunSchema).Assembly.GetManifestResourceStream("Lab.Contracts.Runs.Schema." + name)
            ?? throw new ArgumentException($"there is no schema {name}", nameof(name));
        return new StreamReader(stream).ReadToEnd();
    }

    /// <summary>The schema as the types have it.</summary>
    public static string Export(string name)
    {
        var schema = Types[name].GetJsonSchemaAsNode(new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = Annotate,
        }).AsObject();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", name[..name.IndexOf('.', StringComparison.Ordinal)]);
        if (name == "run.schema.json")
            schema["properties"]!["schemaVersion"] = new JsonObject { ["enum"] = new JsonArray([.. Enumerable.Range(RunInfo.OldestSchemaVersion, RunInfo.CurrentSchemaVersion - RunInfo.OldestSchemaVersion + 1).Select(version => JsonValue.Create(version))]) };
        if (name == "sample.schema.json")
            schema["properties"]!["unit"] = new JsonObject { ["enum"] = new JsonArray([.. Units.All.Order(StringComparer.Ordinal).Select(u => JsonValue.Create(u))]) };
        return schema.ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n" }) + "\n";
    }

    private static JsonNode Annotate(JsonSchemaExporterContext context, JsonNode node)
    {
        if (node is not JsonObject schema)
            return node;

        var attributes = (context.PropertyInfo?.AttributeProvider ?? context.TypeInfo.Type).GetCustomAttributes(inherit: false);
        foreach (var attribute in attributes)
        {
            switch (attribute)
            {
                case DescriptionAttribute description:
                    schema["description"] = description.Description;
                    break;
                case RegularExpressionAttribute pattern:
                    schema["pattern"] = pattern.Pattern;
                    break;
                case RangeAttribute range:
                    schema["minimum"] = Convert.ToInt32(range.Minimum, System.Globalization.CultureInfo.InvariantCulture);
                    break;
                case StringLengthAttribute length:
                    if (length.MinimumLength > 0)
                        schema["minLength"] = length.MinimumLength;
                    schema["maxLength"] = length.MaximumLength;
                    break;
            }
        }

        return schema;
    }
}
