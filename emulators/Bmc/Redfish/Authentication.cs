using System.Text;
using Lab.Emulators.Bmc.Accounts;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>Session tokens and HTTP Basic (DSP0266 §13.3). Bootstrap accounts are nobody outside the sideband.</summary>
internal static class Authentication
{
    internal const string TokenHeader = "X-Auth-Token";

    /// <summary>Resources that need no login (DSP0266 §13.3.1), and the one that makes it.</summary>
    internal static bool IsPublic(HttpRequest request)
    {
        var path = request.Path.Value!.TrimEnd('/');
        if (HttpMethods.IsPost(request.Method))
            return path is Paths.Sessions or Paths.Sessions + "/Members";
        return (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            && path is "/redfish" or Paths.Root or Paths.Root + "/odata" or Paths.Root + "/$metadata";
    }

    /// <summary>The account a request's credentials open; null when it has none or wrong ones.</summary>
    internal static Account? Identify(RedfishRequest request)
    {
        var headers = request.Context.Request.Headers;
        if (headers.TryGetValue(TokenHeader, out var token) && token.Count == 1)
            return request.Bmc.Sessions.Use(token[0]!) is { } session ? Allowed(request, request.Bmc.Accounts.Find(session.AccountId)) : null;
        return TryReadBasic(headers.Authorization.ToString(), out var userName, out var password)
            ? LogIn(request, userName, password)
            : null;
    }

    internal static Account? LogIn(RedfishRequest request, string userName, string password) =>
        Allowed(request, request.Bmc.Accounts.Authenticate(userName, password));

    private static Account? Allowed(RedfishRequest request, Account? account) =>
        account is { IsBootstrap: true } && !request.IsSideband ? null : account;

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
