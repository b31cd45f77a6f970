using System.Globalization;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>The messages of DMTF's Base registry (DSP8011) that this service answers with.</summary>
public static class BaseMessages
{
    private static readonly MessageRegistry Registry = MessageRegistry.Of("Base");

    public static RedfishMessage Success { get; } = Registry.Make(nameof(Success));
    public static RedfishMessage Created { get; } = Registry.Make(nameof(Created));
    public static RedfishMessage GeneralError { get; } = Registry.Make(nameof(GeneralError));
    public static RedfishMessage NoOperation { get; } = Registry.Make(nameof(NoOperation));
    public static RedfishMessage MalformedJson { get; } = Registry.Make("MalformedJSON");
    public static RedfishMessage UnrecognizedRequestBody { get; } = Registry.Make(nameof(UnrecognizedRequestBody));
    public static RedfishMessage EmptyJson { get; } = Registry.Make("EmptyJSON");
    public static RedfishMessage PayloadTooLarge { get; } = Registry.Make(nameof(PayloadTooLarge));
    public static RedfishMessage MissingOrMalformedPart { get; } = Registry.Make(nameof(MissingOrMalformedPart));
    public static RedfishMessage OperationNotAllowed { get; } = Registry.Make(nameof(OperationNotAllowed));
    public static RedfishMessage NoValidSession { get; } = Registry.Make(nameof(NoValidSession));
    public static RedfishMessage InsufficientPrivilege { get; } = Registry.Make(nameof(InsufficientPrivilege));
    public static RedfishMessage SessionLimitExceeded { get; } = Registry.Make(nameof(SessionLimitExceeded));
    public static RedfishMessage EventSubscriptionLimitExceeded { get; } = Registry.Make(nameof(EventSubscriptionLimitExceeded));
    public static RedfishMessage CreateLimitReachedForResource { get; } = Registry.Make(nameof(CreateLimitReachedForResource));
    public static RedfishMessage PreconditionFailed { get; } = Registry.Make(nameof(PreconditionFailed));
    public static RedfishMessage ResourceInStandby { get; } = Registry.Make(nameof(ResourceInStandby));
    public static RedfishMessage ResourceInUse { get; } = Registry.Make(nameof(ResourceInUse));
    public static RedfishMessage ResourceCannotBeDeleted { get; } = Registry.Make(nameof(ResourceCannotBeDeleted));
    public static RedfishMessage InternalError { get; } = Registry.Make(nameof(InternalError));
    public static RedfishMessage OperationFailed { get; } = Registry.Make(nameof(OperationFailed));
    public static RedfishMessage PasswordIncorrectLength { get; } = Registry.Make(nameof(PasswordIncorrectLength));
    public static RedfishMessage QueryNotSupported { get; } = Registry.Make(nameof(QueryNotSupported));
    public static RedfishMessage QueryNotSupportedOnResource { get; } = Registry.Make(nameof(QueryNotSupportedOnResource));
    public static RedfishMessage QueryNotSupportedOnOperation { get; } = Registry.Make(nameof(QueryNotSupportedOnOperation));
    public static RedfishMessage QueryCombinationInvalid { get; } = Registry.Make(nameof(QueryCombinationInvalid));

    public static RedfishMessage ServiceTemporarilyUnavailable(int seconds) =>
        Registry.Make(nameof(ServiceTemporarilyUnavailable), seconds.ToString(CultureInfo.InvariantCulture));

    public static RedfishMessage ServiceDisabled(string uri) => Registry.Make(nameof(ServiceDisabled), uri);

    public static RedfishMessage ResourceMissingAtUri(string uri) => Registry.Make("ResourceMissingAtURI", uri);

    public static RedfishMessage ResourceNotFound(string type, string name) => Registry.Make(nameof(ResourceNotFound), type, name);

    public static RedfishMessage ResourceAlreadyExists(string type, string property, string value) =>
        Registry.Make(nameof(ResourceAlreadyExists), type, property, value);

    public static RedfishMessage ActionNotSupported(string action) => Registry.Make(nameof(ActionNotSupported), action);

    public static RedfishMessage AccessDenied(string uri) => Registry.Make(nameof(AccessDenied), uri);

    public static RedfishMessage CouldNotEstablishConnection(string uri) => Registry.Make(nameof(CouldNotEstablishConnection), uri);

    public static RedfishMessage HeaderInvalid(string header) => Registry.Make(nameof(HeaderInvalid), header);

    public static RedfishMessage PasswordChangeRequired(string uri) => Registry.Make(nameof(PasswordChangeRequired), uri);

    public static RedfishMessage ResetRequired(string uri, string type) => Registry.Make(nameof(ResetRequired), uri, type);

    public static RedfishMessage QueryParameterValueTypeError(string value, string parameter) =>
        Registry.Make(nameof(QueryParameterValueTypeError), value, parameter);

    public static RedfishMessage QueryParameterValueFormatError(string value, string parameter) =>
        Registry.Make(nameof(QueryParameterValueFormatError), value, parameter);

    public static RedfishMessage QueryParameterOutOfRange(string value, string parameter, string range) =>
        Registry.Make(nameof(QueryParameterOutOfRange), value, parameter, range);

    public static RedfishMessage PropertyUnknown(string property) => Registry.Make(nameof(PropertyUnknown), property);

    public static RedfishMessage PropertyNotWritable(string property) => Registry.Make(nameof(PropertyNotWritable), property);

    public static RedfishMessage PropertyMissing(string property) => Registry.Make(nameof(PropertyMissing), property);

    public static RedfishMessage PropertyValueTypeError(string value, string property) => Registry.Make(nameof(PropertyValueTypeError), value, property);

    public static RedfishMessage PropertyValueFormatError(string value, string property) =>
        Registry.Make(nameof(PropertyValueFormatError), value, property);

    public static RedfishMessage PropertyValueNotInList(string value, string property) => Registry.Make(nameof(PropertyValueNotInList), value, property);

    public static RedfishMessage PropertyValueOutOfRange(string value, string property) => Registry.Make(nameof(PropertyValueOutOfRange), value, property);

    public static RedfishMessage PropertyValueConflict(string property, string other) => Registry.Make(nameof(PropertyValueConflict), property, other);

    public static RedfishMessage CreateFailedMissingReqProperties(string property) => Registry.Make(nameof(CreateFailedMissingReqProperties), property);

    public static RedfishMessage ActionParameterMissing(string action, string parameter) => Registry.Make(nameof(ActionParameterMissing), action, parameter);

    public static RedfishMessage ActionParameterUnknown(string action, string parameter) => Registry.Make(nameof(ActionParameterUnknown), action, parameter);

    public static RedfishMessage ActionParameterValueTypeError(string value, string parameter, string action) =>
        Registry.Make(nameof(ActionParameterValueTypeError), value, parameter, action);

    public static RedfishMessage ActionParameterValueFormatError(string value, string parameter, string action) =>
        Registry.Make(nameof(ActionParameterValueFormatError), value, parameter, action);

    public static RedfishMessage ActionParameterValueNotInList(string value, string parameter, string action) =>
        Registry.Make(nameof(ActionParameterValueNotInList), value, parameter, action);

    public static RedfishMessage ActionParameterValueOutOfRange(string value, string parameter, string action) =>
        Registry.Make(nameof(ActionParameterValueOutOfRange), value, parameter, action);

    public static RedfishMessage ActionParameterValueConflict(string parameter, string value) =>
        Registry.Make(nameof(ActionParameterValueConflict), parameter, value);
}
