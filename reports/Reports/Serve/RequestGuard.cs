using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Lab.Reports.Serve;

/// <summary>
/// Lets in what a reader asks for and no more: GET and HEAD, by the address the server listens on. A page of another site whose name
/// was pointed at this address (DNS rebinding) sends that name as Host and is refused.
/// </summary>
internal static class RequestGuard
{
    public static void UseRequestGuard(this WebApplication app, IPAddress listen) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        // What a page may load it says itself; that it is framed by nobody only a header can say.
        headers.ContentSecurityPolicy = "frame-ancestors 'none'";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            headers.Allow = "GET, HEAD";
            return RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "reports are read only: GET and HEAD are served");
        }

        return IsOwn(context.Request.Host.Host, listen)
            ? next(context)
            : RefuseAsync(context, StatusCodes.Status421MisdirectedRequest, $"this server is not {context.Request.Host.Host}; use its address");
    });

    // A server on every address cannot know its names, but addresses are never rebound.
    private static bool IsOwn(string host, IPAddress listen) =>
        IPAddress.TryParse(host.Trim('[', ']'), out var address)
            ? address.Equals(listen) || listen.Equals(IPAddress.Any) || listen.Equals(IPAddress.IPv6Any) || (IPAddress.IsLoopback(address) && IPAddress.IsLoopback(listen))
            : host == "localhost";

    private static Task RefuseAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(reason + "\n");
    }
}
