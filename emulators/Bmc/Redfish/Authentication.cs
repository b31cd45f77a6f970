using System.Text;
using Lab.Emulators.Bmc.Accounts;
using Microsoft.AspNetCore.Http.Features;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>Session tokens and HTTP Basic (DSP0266 §13.3). Bootstrap accounts are nobody outside the sideband.</summary>
internal static class Authentication
{
    internal const string TokenHeader = "X-Auth-Token";

    /// <summary>How long an answer to wrong credentials takes at least: guessing is slow also before an account locks.</summary>
    private static readonly TimeSpan FailureTime = TimeSpan.FromMilliseconds(200);

    /// <summary>The account a request's credentials open; null when it has none or wrong ones.</summary>
    internal static async ValueTask<(Account? Account, Session? Session)> IdentifyAsync(HttpContext context)
    {
        var (bmc, isSideband) = context.Features.GetRequiredFeature<RedfishConnection>();
        var headers = context.Request.Headers;
        if (headers.TryGetValue(TokenHeader, out var token) && token.Count == 1)
        {
            if (bmc.Sessions.Use(token[0]!) is not { } session || bmc.Accounts.Find(session.AccountId) is not { Enabled: true } account)
                return default;
            return account.IsBootstrap && !isSideband ? default : (account, session);
        }
        return TryReadBasic(headers.Authorization.ToString(), out var userName, out var password)
            ? (await LogInAsync(bmc, isSideband, userName, password, context.RequestAborted), null)
            : default;
    }

    internal static async ValueTask<Account?> LogInAsync(BmcInstance bmc, bool isSideband, string userName, string password, CancellationToken token)
    {
        if (bmc.Accounts.Authenticate(userName, password) is { ByRedfish: true } account && (isSideband || !account.IsBootstrap))
            return account;
        await Task.Delay(FailureTime, bmc.Time, token);
        return null;
    }

    /// <exception cref="RedfishException">401 without login, 403 with too little.</exception>
    internal static void Require(RedfishRequest request, Role role)
    {
        if (request.Caller is not { } caller)
            throw new RedfishException(StatusCodes.Status401Unauthorized, BaseMessages.NoValidSession);
        request.Require(role);
        // Until then the account may do nothing but change its password and log out (DSP0266 §13.3.7).
        var own = $"{Paths.Accounts}/{caller.Id}";
        if (caller.PasswordChangeRequired && request.Path != own && !request.Path.StartsWith(Paths.Sessions, StringComparison.Ordinal))
            throw new RedfishException(StatusCodes.Status403Forbidden, BaseMessages.PasswordChangeRequired(own));
    }

    private static bool TryReadBasic(string header, out string userName, out string password)
    {
        (userName, password) = ("", "");
        const string Scheme = "Basic ";
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[Scheme.Length..].Trim(), bytes, out var length))
            return false;
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return false;
        (userName, password) = (text[..colon], text[(colon + 1)..]);
        return true;
    }
}
