using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>SessionService 1.2 and Session 1.8 (DSP2046); login by POST (DSP0266 §13.3.4.2).</summary>
internal static class SessionResource
{
    internal static void MapSessions(this IEndpointRouteBuilder routes)
    {
        routes.MapResource(Paths.SessionService, _ => Service());
        routes.MapCollection(Paths.Sessions, "SessionCollection", "Sessions", request =>
            Visible(request).Select(session => $"{Paths.Sessions}/{session.Id}"));
        routes.MapResource(Paths.Sessions + "/{id}", request => Read(Find(request)));
        routes.MapPost(Paths.Sessions, CreateAsync);
        routes.MapPost(Paths.Sessions + "/Members", CreateAsync);
        routes.MapDelete(Paths.Sessions + "/{id}", context =>
        {
            var request = new RedfishRequest(context);
            request.Bmc.Sessions.Delete(Find(request).Id);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
    }

    private static JsonObject Service()
    {
        var service = RedfishRoutes.Resource(Paths.SessionService, "#SessionService.v1_2_0.SessionService", "SessionService", "Session service");
        service["ServiceEnabled"] = true;
        service["SessionTimeout"] = (int)SessionStore.IdleTime.TotalSeconds;
        service["Status"] = RedfishRoutes.EnabledStatus();
        service["Sessions"] = RedfishRoutes.Link(Paths.Sessions);
        return service;
    }

    // Everyone sees and ends his own sessions; administrators all.
    private static IEnumerable<Session> Visible(RedfishRequest request) => request.Bmc.Sessions.All
        .Where(session => request.Caller!.Role == Role.Administrator || session.AccountId == request.Caller.Id);

    private static Session Find(RedfishRequest request) =>
        Visible(request).FirstOrDefault(session => session.Id == request.RouteValue("id")) ?? throw request.NotFound();

    private static JsonObject Read(Session session)
    {
        var resource = RedfishRoutes.Resource($"{Paths.Sessions}/{session.Id}", "#Session.v1_8_0.Session", session.Id, "Session " + session.Id);
        resource["UserName"] = session.UserName;
        resource["Password"] = null;
        resource["CreatedTime"] = RedfishRoutes.Time(session.CreatedTime);
        return resource;
    }

    private static async Task CreateAsync(HttpContext context)
    {
        var request = new RedfishRequest(context);
        var body = new RequestBody(await RequestBody.ReadAsync(context.Request), null);
        var userName = body.String("UserName");
        var password = body.String("Password");
        body.End();
        if (userName is null || password is null)
            throw new RedfishException(
                StatusCodes.Status400BadRequest,
                BaseMessages.CreateFailedMissingReqProperties(userName is null ? "UserName" : "Password"));
        var account = Authentication.LogIn(request, userName, password)
            ?? throw new RedfishException(StatusCodes.Status401Unauthorized, BaseMessages.NoValidSession);
        var (session, token) = request.Bmc.Sessions.Create(account)
            ?? throw new RedfishException(StatusCodes.Status503ServiceUnavailable, BaseMessages.SessionLimitExceeded);
        context.Response.Headers[Authentication.TokenHeader] = token;
        context.Response.Headers.Location = $"{Paths.Sessions}/{session.Id}";
        await RedfishResponse.WriteResourceAsync(context, Read(session), StatusCodes.Status201Created);
    }
}
