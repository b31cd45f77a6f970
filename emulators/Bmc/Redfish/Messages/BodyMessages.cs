using System.Text.Json.Nodes;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>What is said of a body's errors, which depends on what the body is for.</summary>
internal interface IBodyMessages
{
    /// <summary>Unknown and read-only properties do not keep the others from being changed (DSP0266 §7.10.2).</summary>
    bool CanBePartial { get; }
    RedfishMessage Missing(string name);
    RedfishMessage Unknown(string name, JsonNode? value);
    RedfishMessage WrongType(string value, string name);
    RedfishMessage WrongFormat(string value, string name);
    RedfishMessage NotInList(string value, string name);
    RedfishMessage OutOfRange(string value, string name);
}

/// <summary>Of a resource's properties, at PATCH.</summary>
internal class PropertyMessages : IBodyMessages
{
    internal static IBodyMessages Patch { get; } = new PropertyMessages();
    internal static IBodyMessages Create { get; } = new CreateMessages();

    public virtual bool CanBePartial => true;

    public virtual RedfishMessage Missing(string name) => BaseMessages.PropertyMissing(name);

    public RedfishMessage Unknown(string name, JsonNode? value) => BaseMessages.PropertyUnknown(name);

    public RedfishMessage WrongType(string value, string name) => BaseMessages.PropertyValueTypeError(value, name);

    public RedfishMessage WrongFormat(string value, string name) => BaseMessages.PropertyValueFormatError(value, name);

    public RedfishMessage NotInList(string value, string name) => BaseMessages.PropertyValueNotInList(value, name);

    public RedfishMessage OutOfRange(string value, string name) => BaseMessages.PropertyValueOutOfRange(value, name);

    private sealed class CreateMessages : PropertyMessages
    {
        public override bool CanBePartial => false;

        public override RedfishMessage Missing(string name) => BaseMessages.CreateFailedMissingReqProperties(name);
    }
}

/// <summary>Of an action's parameters.</summary>
internal sealed class ActionMessages(string action) : IBodyMessages
{
    public bool CanBePartial => false;

    public RedfishMessage Missing(string name) => BaseMessages.ActionParameterMissing(action, name);

    public RedfishMessage Unknown(string name, JsonNode? value) => BaseMessages.ActionParameterUnknown(action, name);

    public RedfishMessage WrongType(string value, string name) => BaseMessages.ActionParameterValueTypeError(value, name, action);

    public RedfishMessage WrongFormat(string value, string name) => BaseMessages.ActionParameterValueFormatError(value, name, action);

    public RedfishMessage NotInList(string value, string name) => BaseMessages.ActionParameterValueNotInList(value, name, action);

    public RedfishMessage OutOfRange(string value, string name) => BaseMessages.ActionParameterValueOutOfRange(value, name, action);
}
