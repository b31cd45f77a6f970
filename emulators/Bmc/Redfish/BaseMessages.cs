using System.Globalization;
using System.Text.Json.Nodes;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>One message of DMTF's Base registry with its arguments filled in.</summary>
public sealed record RedfishMessage(string Key, string Text, string Severity, string Resolution, IReadOnlyList<string> Arguments)
{
    /// <summary>JSON pointer of the property it is about.</summary>
    public string? RelatedProperty { get; init; }

    public string MessageId => BaseMessages.Prefix + Key;

    internal JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["@odata.type"] = "#Message.v1_3_0.Message",
            [nameof(MessageId)] = MessageId,
            ["Message"] = Text,
            ["MessageArgs"] = new JsonArray([.. Arguments.Select(a => JsonValue.Create(a))]),
            ["MessageSeverity"] = Severity,
            [nameof(Resolution)] = Resolution,
        };
        if (RelatedProperty is not null)
            json["RelatedProperties"] = new JsonArray(RelatedProperty);
        return json;
    }
}

/// <summary>The messages of the Base registry 1.22.1 (DSP2065) that this service uses, word for word.</summary>
public static class BaseMessages
{
    public const string Registry = "Base.1.22";
    public const string Prefix = Registry + ".";

    private const string ResubmitIfFailed = "and resubmit the request if the operation failed.";

    public static RedfishMessage GeneralError { get; } = Critical(
        nameof(GeneralError),
        "A general error has occurred.  See Resolution for information on how to resolve the error, or @Message.ExtendedInfo if Resolution is not provided.",
        "None.");

    public static RedfishMessage MalformedJson { get; } = Critical(
        "MalformedJSON",
        "The request body submitted was malformed JSON and could not be parsed by the receiving service.",
        "Ensure that the request body is valid JSON and resubmit the request.");

    public static RedfishMessage UnrecognizedRequestBody { get; } = Warning(
        nameof(UnrecognizedRequestBody),
        "The service detected a malformed request body that it was unable to interpret.",
        "Correct the request body and resubmit the request if it failed.");

    public static RedfishMessage EmptyJson { get; } = Warning(
        "EmptyJSON",
        "The request body submitted contained an empty JSON object and the service is unable to process it.",
        "Add properties in the JSON object and resubmit the request.");

    public static RedfishMessage OperationNotAllowed { get; } =
        Critical(nameof(OperationNotAllowed), "The HTTP method is not allowed on this resource.", "None.");

    public static RedfishMessage NoValidSession { get; } = Critical(
        nameof(NoValidSession),
        "There is no valid session established with the implementation.",
        "Establish a session before attempting any operations.");

    public static RedfishMessage InsufficientPrivilege { get; } = Critical(
        nameof(InsufficientPrivilege),
        "There are insufficient privileges for the account or credentials associated with the current session to perform the requested operation.",
        "Either abandon the operation or change the associated access rights " + ResubmitIfFailed);

    public static RedfishMessage SessionLimitExceeded { get; } = Critical(
        nameof(SessionLimitExceeded),
        "The session establishment failed due to the number of simultaneous sessions exceeding the limit of the implementation.",
        "Reduce the number of other sessions before trying to establish the session or increase the limit of simultaneous sessions, if supported.");

    public static RedfishMessage PreconditionFailed { get; } = Critical(
        nameof(PreconditionFailed),
        "The ETag supplied did not match the ETag required to change this resource.",
        "Try the operation again using the appropriate ETag.");

    public static RedfishMessage ResourceInStandby { get; } = Critical(
        nameof(ResourceInStandby),
        "The request could not be performed because the resource is in standby.",
        "Ensure that the resource is in the correct power state and resubmit the request.");

    public static RedfishMessage ResourceCannotBeDeleted { get; } = Critical(
        nameof(ResourceCannotBeDeleted),
        "The delete request failed because the resource requested cannot be deleted.",
        "Do not attempt to delete a non-deletable resource.");

    public static RedfishMessage InternalError { get; } = Critical(
        nameof(InternalError),
        "The request failed due to an internal service error.  The service is still operational.",
        "Resubmit the request.  If the problem persists, consider resetting the service.");

    public static RedfishMessage ServiceTemporarilyUnavailable(int seconds) => Critical(
        nameof(ServiceTemporarilyUnavailable),
        "The service is temporarily unavailable.  Retry in %1 seconds.",
        "Wait for the indicated retry duration and retry the operation.",
        seconds.ToString(CultureInfo.InvariantCulture));

    public static RedfishMessage ResourceMissingAtUri(string uri) => Critical(
        "ResourceMissingAtURI",
        "The resource at the URI '%1' was not found.",
        "Place a valid resource at the URI or correct the URI and resubmit the request.",
        uri);

    public static RedfishMessage HeaderInvalid(string header) => Critical(
        nameof(HeaderInvalid), "Header '%1' is invalid.", "Resubmit the request with a valid request header.", header);

    public static RedfishMessage QueryParameterValueTypeError(string value, string parameter) => Warning(
        nameof(QueryParameterValueTypeError),
        "The value '%1' for the query parameter %2 is not a type that the parameter can accept.",
        "Correct the value for the query parameter in the request " + ResubmitIfFailed,
        value,
        parameter);

    public static RedfishMessage PropertyUnknown(string property) => Warning(
        nameof(PropertyUnknown),
        "The property %1 is not in the list of valid properties for the resource.",
        "Remove the unknown property from the request body " + ResubmitIfFailed,
        property);

    public static RedfishMessage PropertyNotWritable(string property) => Warning(
        nameof(PropertyNotWritable),
        "The property %1 is a read-only property and cannot be assigned a value.",
        "Remove the property from the request body " + ResubmitIfFailed,
        property);

    public static RedfishMessage PropertyValueTypeError(string value, string property) => Warning(
        nameof(PropertyValueTypeError),
        "The value '%1' for the property %2 is not a type that the property can accept.",
        "Correct the value for the property in the request body " + ResubmitIfFailed,
        value,
        property);

    public static RedfishMessage PropertyValueNotInList(string value, string property) => Warning(
        nameof(PropertyValueNotInList),
        "The value '%1' for the property %2 is not in the list of acceptable values.",
        "Choose a value from the enumeration list that the implementation can support " + ResubmitIfFailed,
        value,
        property);

    public static RedfishMessage CreateFailedMissingReqProperties(string property) => Critical(
        nameof(CreateFailedMissingReqProperties),
        "The create operation failed because the required property %1 was missing from the request.",
        "Correct the body to include the required property with a valid value " + ResubmitIfFailed,
        property);

    public static RedfishMessage ActionParameterMissing(string action, string parameter) => Critical(
        nameof(ActionParameterMissing),
        "The action %1 requires the parameter %2 to be present in the request body.",
        "Supply the action with the required parameter in the request body when the request is resubmitted.",
        action,
        parameter);

    public static RedfishMessage ActionParameterUnknown(string action, string parameter) => Warning(
        nameof(ActionParameterUnknown),
        "The action %1 was submitted with the invalid parameter %2.",
        "Correct the invalid action parameter " + ResubmitIfFailed,
        action,
        parameter);

    public static RedfishMessage ActionParameterValueTypeError(string value, string parameter, string action) => Warning(
        nameof(ActionParameterValueTypeError),
        "The value '%1' for the parameter %2 in the action %3 is not a type that the parameter can accept.",
        "Correct the value for the parameter in the request body " + ResubmitIfFailed,
        value,
        parameter,
        action);

    public static RedfishMessage ActionParameterValueNotInList(string value, string parameter, string action) => Warning(
        nameof(ActionParameterValueNotInList),
        "The value '%1' for the parameter %2 in the action %3 is not in the list of acceptable values.",
        "Choose a value from the enumeration list that the implementation can support " + ResubmitIfFailed,
        value,
        parameter,
        action);

    private static RedfishMessage Critical(string key, string text, string resolution, params string[] arguments) =>
        new(key, Fill(text, arguments), "Critical", resolution, arguments);

    private static RedfishMessage Warning(string key, string text, string resolution, params string[] arguments) =>
        new(key, Fill(text, arguments), "Warning", resolution, arguments);

    private static string Fill(string text, string[] arguments)
    {
        for (var i = arguments.Length; i > 0; i--)
            text = text.Replace($"%{i}", arguments[i - 1], StringComparison.Ordinal);
        return text;
    }
}
