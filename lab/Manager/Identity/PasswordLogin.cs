using Lab.Manager.Http;

namespace Lab.Manager.Identity;

/// <summary>
/// The password method of keystone v3 (Identity API v3, "Password authentication with scoped authorization"). Every refusal reads the
/// same and takes as long, so that neither users nor projects can be guessed by it.
/// </summary>
internal sealed partial class PasswordLogin(
    IdentityDirectory directory, TokenStore tokens, LoginBackoff backoff, ILogger<PasswordLogin> logger) : IDisposable
{
    /// <summary>Hashing runs on this many cores at most, whoever asks how often.</summary>
    private const int HashingMax = 2;
    private readonly SemaphoreSlim hashing = new(HashingMax, HashingMax);

    /// <exception cref="ApiException">401: who asks is not known, guesses too often, or has no role in the project; 400: malformed.</exception>
    public async Task<(string Text, TokenIdentity Identity)> LoginAsync(JsonBody auth, string address, CancellationToken cancellation)
    {
        var request = LoginRequest.Read(auth);
        // Of unknown names only the length is bounded (by the body), so the back-off's key is the name as given.
        var key = request.UserId?.ToString("N") ?? request.UserName!;
        if (backoff.Remaining(key, address) > TimeSpan.Zero)
        {
            LogHeldBack(address);
            throw ApiException.Unauthorized();
        }
        var user = request.UserId is { } id ? directory.FindUser(id) : directory.FindUser(request.UserName!);
        if (!request.IsDefaultDomain)
            user = null;
        if (!await MatchesAsync(user?.Password ?? PasswordHash.Unmatchable, request.Password, cancellation) || user is null)
        {
            backoff.Failed(key, address);
            LogRefused(address);
            throw ApiException.Unauthorized();
        }
        backoff.Succeeded(key, address);
        var project = request.IsScoped ? FindProject(request, user) ?? throw ApiException.Unauthorized() : null;
        var (text, token) = await tokens.IssueAsync(user.Id, project?.Id, cancellation);
        LogIssued(token.AuditId, user.Name, project?.Name);
        return (text, new TokenIdentity(token, user, project, project is null ? [] : user.RolesIn(project.Id)));
    }

    public void Dispose() => hashing.Dispose();

    private async Task<bool> MatchesAsync(PasswordHash hash, string password, CancellationToken cancellation)
    {
        await hashing.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => hash.Matches(password), cancellation);
        }
        finally
        {
            hashing.Release();
        }
    }

    private IdentityProject? FindProject(LoginRequest request, IdentityUser user)
    {
        var project = request.ProjectId is { } id ? directory.FindProject(id) : directory.FindProject(request.ProjectName!);
        return project is not null && request.IsProjectDefaultDomain && user.RolesIn(project.Id).Count > 0 ? project : null;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Token {AuditId} issued to {User} for project {Project}")]
    private partial void LogIssued(string auditId, string user, string? project);

    // What was given as the name is not logged: people type passwords there.
    [LoggerMessage(Level = LogLevel.Warning, Message = "Login from {Address} refused")]
    private partial void LogRefused(string address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Login from {Address} held back after repeated failures")]
    private partial void LogHeldBack(string address);
}
