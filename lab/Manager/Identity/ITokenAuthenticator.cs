using Lab.Manager.Http;

namespace Lab.Manager.Identity;

internal interface ITokenAuthenticator
{
    /// <returns>Who the token stands for, or null when it is unknown, expired or not scoped to a project.</returns>
    Task<RequestContext?> AuthenticateAsync(string token, CancellationToken cancellation);
}
