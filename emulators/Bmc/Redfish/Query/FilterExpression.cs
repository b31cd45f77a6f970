using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>A condition on a resource (DSP0266 §7.3.3).</summary>
internal abstract record FilterExpression
{
    internal abstract bool Holds(JsonObject resource);
}

internal sealed record FilterAnd(FilterExpression Left, FilterExpression Right) : FilterExpression
{
    internal override bool Holds(JsonObject resource) => Left.Holds(resource) && Right.Holds(resource);
}

internal sealed record FilterOr(FilterExpression Left, FilterExpression Right) : FilterExpression
{
    internal override bool Holds(JsonObject resource) => Left.Holds(resource) || Right.Holds(resource);
}

internal sealed record FilterNot(FilterExpression Inner) : FilterExpression
{
    internal override bool Holds(JsonObject resource) => !Inner.Holds(resource);
}

/// <param name="Path">Names of the property and of what it is in.</param>
/// <param name="Operator">eq, ne, gt, ge, lt or le.</param>
/// <param name="Value">String, double, bool or null.</param>
internal sealed record FilterComparison(IReadOnlyList<string> Path, string Operator, object? Value) : FilterExpression
{
    internal override bool Holds(JsonObject resource)
    {
        JsonNode? node = resource;
        foreach (var name in Path)
            node = (node as JsonObject)?[name];
        var found = node is JsonValue scalar ? Scalar(scalar) : null;
        if (Operator is "eq" or "ne")
            return Equals(found, Value) == (Operator == "eq");
        // Things of different types have no order.
        var order = (found, Value) switch
        {
            (double left, double right) => left.CompareTo(right),
            (string left, string right) => string.CompareOrdinal(left, right),
            _ => (int?)null,
        };
        return Operator switch
        {
            "gt" => order > 0,
            "ge" => order >= 0,
            "lt" => order < 0,
            _ => order <= 0,
        };
    }

    private static object? Scalar(JsonValue value) => value.GetValueKind() switch
    {
        JsonValueKind.String => value.GetValue<string>(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => JsonSerializer.Deserialize<double>(value),
        _ => null,
    };
}
