namespace Lab.Manager.Http;

/// <summary>What went wrong with a request, apart from how a service words it on the wire.</summary>
public enum ApiFault
{
    BadRequest = 400,
    Unauthorized = 401,
    Forbidden = 403,
    NotFound = 404,
    MethodNotAllowed = 405,
    NotAcceptable = 406,
    Conflict = 409,
    TooLarge = 413,
    UnsupportedMediaType = 415,
    TooManyRequests = 429,
    Internal = 500,
    NotImplemented = 501,
    Unavailable = 503,
}

/// <summary>A request that ends here. <see cref="ApiErrorMiddleware"/> turns it into the called service's error shape.</summary>
/// <param name="message">Shown to the caller: never a secret, a path or a stack.</param>
/// <param name="type">Neutron's exception name (<c>NetworkInUse</c>); other services do not say it.</param>
public sealed class ApiException(ApiFault fault, string message, string? type = null, Exception? inner = null)
    : Exception(message, inner)
{
    public ApiFault Fault => fault;
    public string? Type => type;

    public static ApiException BadRequest(string message, string? type = null) => new(ApiFault.BadRequest, message, type);

    public static ApiException NotFound(string what, string id, string? type = null) =>
        new(ApiFault.NotFound, $"{what} {id} could not be found.", type ?? what.Replace(" ", "", StringComparison.Ordinal) + "NotFound");

    public static ApiException Conflict(string message, string? type = null) => new(ApiFault.Conflict, message, type);

    public static ApiException Forbidden(string message = "Policy doesn't allow this operation to be performed.") =>
        new(ApiFault.Forbidden, message, "PolicyNotAuthorized");

    public static ApiException Unauthorized() =>
        new(ApiFault.Unauthorized, "The request you have made requires authentication.");
}
