using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>AccountService 1.18, ManagerAccount 1.14, Role 1.3 (DSP2046). Bootstrap accounts can be deleted; none can be made here.</summary>
internal static class AccountResource
{
    internal static void MapAccounts(this IEndpointRouteBuilder routes)
    {
        routes.MapResource(Paths.AccountService, _ => Service());
        routes.MapCollection(Paths.Accounts, "ManagerAccountCollection", "Accounts", request =>
            Visible(request).Select(account => $"{Paths.Accounts}/{account.Id}"));
        routes.MapResource(Paths.Accounts + "/{id}", request => Read(Find(request)));
        routes.MapDelete(Paths.Accounts + "/{id}", context =>
        {
            var request = new RedfishRequest(context);
            request.Require(Role.Administrator);
            if (request.Bmc.Accounts.Delete(Find(request).Id) != AccountError.None)
                throw new RedfishException(StatusCodes.Status405MethodNotAllowed, BaseMessages.ResourceCannotBeDeleted);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        routes.MapCollection(Paths.Roles, "RoleCollection", "Roles", _ => Enum.GetNames<Role>().Select(role => $"{Paths.Roles}/{role}"));
        routes.MapResource(Paths.Roles + "/{id}", ReadRole);
    }

    private static IEnumerable<Account> Visible(RedfishRequest request) =>
        request.Bmc.Accounts.All.Where(account => request.Caller!.Role == Role.Administrator || account.Id == request.Caller.Id);

    private static Account Find(RedfishRequest request) =>
        Visible(request).FirstOrDefault(account => account.Id == request.RouteValue("id")) ?? throw request.NotFound();

    private static JsonObject Service()
    {
        var service = RedfishRoutes.Resource(
            Paths.AccountService, "#AccountService.v1_18_1.AccountService", "AccountService", "Account service");
        service["ServiceEnabled"] = true;
        service["Status"] = RedfishRoutes.EnabledStatus();
        service["Accounts"] = RedfishRoutes.Link(Paths.Accounts);
        service["Roles"] = RedfishRoutes.Link(Paths.Roles);
        return service;
    }

    private static JsonObject Read(Account account)
    {
        var resource = RedfishRoutes.Resource(
            $"{Paths.Accounts}/{account.Id}",
            "#ManagerAccount.v1_14_1.ManagerAccount",
            account.Id,
            account.IsBootstrap ? "Bootstrap account" : "Administrator account");
        resource["UserName"] = account.UserName;
        resource["Password"] = null;
        resource["RoleId"] = account.Role.ToString();
        resource["Enabled"] = true;
        resource["Locked"] = false;
        resource["AccountTypes"] = new JsonArray("Redfish");
        if (account.IsBootstrap)
            resource["HostBootstrapAccount"] = true;
        resource["Links"] = new JsonObject { ["Role"] = RedfishRoutes.Link($"{Paths.Roles}/{account.Role}") };
        return resource;
    }

    private static JsonObject ReadRole(RedfishRequest request)
    {
        var id = request.RouteValue("id");
        if (!Enum.GetNames<Role>().Contains(id))
            throw request.NotFound();
        var role = RedfishRoutes.Resource($"{Paths.Roles}/{id}", "#Role.v1_3_3.Role", id, id + " role");
        role["RoleId"] = id;
        role["IsPredefined"] = true;
        role["AssignedPrivileges"] = new JsonArray([.. Privileges.Of(Enum.Parse<Role>(id)).Select(p => JsonValue.Create(p))]);
        return role;
    }
}
