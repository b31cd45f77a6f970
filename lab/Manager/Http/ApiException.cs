namespace Lab.Manager.Http;

/// <summary>A refused request. One middleware gives it the shape of the API that was asked.</summary>
/// <param name="type">Neutron's exception name (NeutronError.type); other APIs go by the status alone.</param>
internal sealed class ApiException(int status, string message, string? type = null) : Exception(message)
{
    public int Status => status;
    public string? Type => type;

    public static ApiException BadRequest(string message, string? type = null) => new(400, message, type);

    public static ApiException Unauthorized() => new(401, "The request you have made requires authentication.");

    public static ApiException Forbidden(string message = "Policy doesn't allow this action to be performed.") => new(403, message);

    public static ApiException NotFound(string what, object id, string? type = null) => new(404, $"{what} {id} could not be found.", type);

    public static ApiException Conflict(string message, string? type = null) => new(409, message, type);
}
