using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>SessionService 1.2 and Session 1.8 (DSP2046); login by POST (DSP0266 §13.3.4.2).</summary>
internal static class SessionResource
{
    private const int TimeoutSecondsMin = 30;
    private const int TimeoutSecondsMax = 86400;

    internal static void MapSessions(this ResourceTable table)
    {
        table.Add(Paths.SessionService, ReadService).Patch(Role.Administrator, WriteService);
        table.Collection(Paths.Sessions, "SessionCollection", "Sessions", request => Visible(request).Select(PathOf))
            .On(HttpMethods.Post, null, CreateAsync);
        table.Add(Paths.Sessions + "/{id}", request => Find(request) is { } session ? Read(session) : null)
            .Delete(Role.ReadOnly, request =>
            {
                request.Bmc.Sessions.Delete(Find(request)!.Id);
                return Task.CompletedTask;
            });
    }

    private static JsonObject ReadService(RedfishRequest request)
    {
        var service = Json.Resource(Paths.SessionService, "SessionService.v1_2_0.SessionService", "SessionService", "Session service");
        service["ServiceEnabled"] = true;
        service["SessionTimeout"] = (int)request.Bmc.Sessions.IdleTime.TotalSeconds;
        service["Status"] = Json.Status();
        service["Sessions"] = Json.Link(Paths.Sessions);
        return service;
    }

    private static void WriteService(RedfishRequest request, RequestBody body)
    {
        var timeout = body.Int("SessionTimeout", TimeoutSecondsMin, TimeoutSecondsMax);
        body.End();
        if (timeout is { } seconds)
            request.Bmc.Sessions.IdleTime = TimeSpan.FromSeconds(seconds);
    }

    // Everyone sees and ends his own sessions; administrators all.
    private static IEnumerable<Session> Visible(RedfishRequest request) => request.Bmc.Sessions.All
        .Where(session => request.Caller!.Role == Role.Administrator || session.AccountId == request.Caller.Id);

    private static Session? Find(RedfishRequest request) => Visible(request).FirstOrDefault(session => session.Id == request["id"]);

    private static string PathOf(Session session) => $"{Paths.Sessions}/{session.Id}";

    private static JsonObject Read(Session session)
    {
        var resource = Json.Resource(PathOf(session), "Session.v1_8_0.Session", session.Id, "Session " + session.Id);
        resource["UserName"] = session.UserName;
        resource["Password"] = null;
        resource["CreatedTime"] = Json.Time(session.CreatedTime);
        resource["SessionType"] = "Redfish";
        resource["ClientOriginIPAddress"] = session.Origin;
        return resource;
    }

    private static async Task CreateAsync(RedfishRequest request)
    {
        var context = request.Context;
        var body = new RequestBody(await RequestBody.ReadAsync(context.Request), null, PropertyMessages.Create);
        var userName = body.String("UserName");
        var password = body.String("Password");
        body.Require("UserName", "Password");
        body.End();
        var account = await Authentication.LogInAsync(request.Bmc, request.IsSideband, userName!, password!, request.Token)
            ?? throw new RedfishException(StatusCodes.Status401Unauthorized, BaseMessages.NoValidSession);
        var (session, token) = request.Bmc.Sessions.Create(account, context.Connection.RemoteIpAddress?.ToString())
            ?? throw new RedfishException(StatusCodes.Status503ServiceUnavailable, BaseMessages.SessionLimitExceeded);
        context.Response.Headers[Authentication.TokenHeader] = token;
        context.Response.Headers.Location = PathOf(session);
        var made = Read(session);
        if (account.PasswordChangeRequired)
            made["@Message.ExtendedInfo"] = new JsonArray(BaseMessages.PasswordChangeRequired($"{Paths.Accounts}/{account.Id}").ToJson());
        await RedfishResponse.WriteResourceAsync(request, made, StatusCodes.Status201Created);
    }
}
