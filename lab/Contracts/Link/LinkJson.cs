using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lab.Contracts.Link;

/// <summary>JSON of the agent link: camelCase, enums as strings, nulls left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(NodeRegistration))]
[JsonSerializable(typeof(RegistrationReply))]
[JsonSerializable(typeof(NodeSpec))]
[JsonSerializable(typeof(NodeStatus))]
[JsonSerializable(typeof(ResetRequest))]
[JsonSerializable(typeof(ConsoleRequest))]
[JsonSerializable(typeof(ConsoleReply))]
[JsonSerializable(typeof(EnrolRequest))]
[JsonSerializable(typeof(EnrolReply))]
public sealed partial class LinkJson : JsonSerializerContext;
