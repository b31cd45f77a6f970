using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>AccountService 1.18, ManagerAccount 1.14, Role 1.3 (DSP2046). Accounts of the host interface can be deleted but not made here.</summary>
internal static class AccountResource
{
    private const int SecondsMax = 86400;
    private static readonly string[] AccountTypes = ["Redfish", "IPMI"];

    internal static void MapAccounts(this ResourceTable table)
    {
        table.Add(Paths.AccountService, ReadService).Patch(Role.Administrator, WriteService);
        table.Collection(Paths.Accounts, "ManagerAccountCollection", "Accounts", request => Visible(request).Select(PathOf))
            .Create(Role.Administrator, CreateAsync);
        table.Add(Paths.Accounts + "/{id}", request => Find(request) is { } account ? Read(request, account) : null)
            .Patch(Role.ReadOnly, Write)
            .Delete(Role.Administrator, DeleteAsync);
        table.Collection(Paths.Roles, "RoleCollection", "Roles", _ => Enum.GetNames<Role>().Select(role => $"{Paths.Roles}/{role}"));
        table.Add(Paths.Roles + "/{id}", ReadRole);
    }

    private static IEnumerable<Account> Visible(RedfishRequest request) =>
        request.Bmc.Accounts.All.Where(account => request.Caller!.Role == Role.Administrator || account.Id == request.Caller.Id);

    private static Account? Find(RedfishRequest request) => Visible(request).FirstOrDefault(account => account.Id == request["id"]);

    private static string PathOf(Account account) => $"{Paths.Accounts}/{account.Id}";

    private static JsonObject ReadService(RedfishRequest request)
    {
        var policy = request.Bmc.Accounts.Policy;
        var service = Json.Resource(Paths.AccountService, "AccountService.v1_18_1.AccountService", "AccountService", "Account service");
        service["ServiceEnabled"] = true;
        service["Status"] = Json.Status();
        service["MinPasswordLength"] = policy.MinPasswordLength;
        service["MaxPasswordLength"] = policy.MaxPasswordLength;
        service["AccountLockoutThreshold"] = policy.LockoutThreshold;
        service["AccountLockoutDuration"] = (int)policy.LockoutDuration.TotalSeconds;
        service["AccountLockoutCounterResetAfter"] = (int)policy.LockoutCounterResetAfter.TotalSeconds;
        service["AccountLockoutCounterResetEnabled"] = true;
        service["SupportedAccountTypes"] = Json.Strings(AccountTypes);
        service["Accounts"] = Json.Link(Paths.Accounts);
        service["Roles"] = Json.Link(Paths.Roles);
        return service;
    }

    private static void WriteService(RedfishRequest request, RequestBody body)
    {
        var policy = request.Bmc.Accounts.Policy;
        var min = body.Int("MinPasswordLength", 1, policy.MaxPasswordLength) ?? policy.MinPasswordLength;
        var threshold = body.Int("AccountLockoutThreshold", 0, 100) ?? policy.LockoutThreshold;
        var duration = body.Int("AccountLockoutDuration", 0, SecondsMax) ?? (int)policy.LockoutDuration.TotalSeconds;
        var after = body.Int("AccountLockoutCounterResetAfter", 0, SecondsMax) ?? (int)policy.LockoutCounterResetAfter.TotalSeconds;
        // DSP2046: the counter may not outlive the lock.
        if (after > duration)
            body.Refuse("AccountLockoutCounterResetAfter", messages => messages.OutOfRange(after.ToString(System.Globalization.CultureInfo.InvariantCulture), "AccountLockoutCounterResetAfter"));
        body.End();
        request.Bmc.Accounts.SetPolicy(policy with
        {
            MinPasswordLength = min,
            LockoutThreshold = threshold,
            LockoutDuration = TimeSpan.FromSeconds(duration),
            LockoutCounterResetAfter = TimeSpan.FromSeconds(after),
        });
    }

    private static JsonObject Read(RedfishRequest request, Account account)
    {
        var resource = Json.Resource(
            PathOf(account), "ManagerAccount.v1_14_1.ManagerAccount", account.Id, account.IsBootstrap ? "Bootstrap account" : "User account");
        resource["UserName"] = account.UserName;
        resource["Password"] = null;
        resource["PasswordChangeRequired"] = account.PasswordChangeRequired;
        resource["RoleId"] = account.Role.ToString();
        resource["Enabled"] = account.Enabled;
        resource["Locked"] = request.Bmc.Accounts.IsLocked(account.Id);
        resource["AccountTypes"] = Json.Strings(AccountTypes.Where(type => type == "Redfish" ? account.ByRedfish : account.ByIpmi));
        if (account.IsBootstrap)
            resource["HostBootstrapAccount"] = true;
        resource["Links"] = new JsonObject { ["Role"] = Json.Link($"{Paths.Roles}/{account.Role}") };
        return resource;
    }

    private static Task<string> CreateAsync(RedfishRequest request, RequestBody body)
    {
        var name = body.String("UserName");
        var password = body.String("Password");
        var role = body.Enum<Role>("RoleId");
        var enabled = body.Bool("Enabled") ?? true;
        var types = body.Strings("AccountTypes", AccountTypes) ?? AccountTypes;
        var mustChange = body.Bool("PasswordChangeRequired") ?? false;
        body.Require("UserName", "Password", "RoleId");
        body.End();
        var wanted = new Account("", name!, role!.Value, IsBootstrap: false)
        {
            Enabled = enabled,
            ByRedfish = types.Contains("Redfish"),
            ByIpmi = types.Contains("IPMI"),
            PasswordChangeRequired = mustChange,
        };
        var (made, error) = request.Bmc.Accounts.Create(wanted, password!);
        ThrowOf(error, name!);
        return Task.FromResult(PathOf(made!));
    }

    // Users may change their own password and nothing else (ConfigureSelf); bootstrap accounts stay as they were made (DSP0270 §10.4).
    private static void Write(RedfishRequest request, RequestBody body)
    {
        var account = Find(request)!;
        var isAdministrator = request.Caller!.Role == Role.Administrator;
        if (account.IsBootstrap || (!isAdministrator && body.Names.Any(name => name != "Password")))
            throw new RedfishException(StatusCodes.Status403Forbidden, BaseMessages.InsufficientPrivilege);
        var password = body.String("Password");
        var name = body.String("UserName");
        var role = body.Enum<Role>("RoleId");
        var enabled = body.Bool("Enabled");
        var types = body.Strings("AccountTypes", AccountTypes);
        var mustChange = body.Bool("PasswordChangeRequired");
        var locked = body.Bool("Locked");
        if (locked == true)
            body.Refuse("Locked", messages => messages.NotInList("true", "Locked"));
        body.End();
        var error = request.Bmc.Accounts.Update(
            account.Id,
            before => before with
            {
                UserName = name ?? before.UserName,
                Role = role ?? before.Role,
                Enabled = enabled ?? before.Enabled,
                ByRedfish = types?.Contains("Redfish") ?? before.ByRedfish,
                ByIpmi = types?.Contains("IPMI") ?? before.ByIpmi,
                PasswordChangeRequired = mustChange ?? (password is null && before.PasswordChangeRequired),
            },
            password);
        ThrowOf(error, name ?? account.UserName);
        if (locked == false)
            request.Bmc.Accounts.Unlock(account.Id);
        if (password is not null || enabled == false || role is not null)
            request.Bmc.Sessions.DeleteOf(account.Id, exceptId: request.Session?.Id);
    }

    private static Task DeleteAsync(RedfishRequest request)
    {
        var account = Find(request)!;
        ThrowOf(request.Bmc.Accounts.Delete(account.Id), account.UserName);
        request.Bmc.Sessions.DeleteOf(account.Id);
        return Task.CompletedTask;
    }

    private static void ThrowOf(AccountError error, string name)
    {
        if (error != AccountError.None)
            throw error switch
            {
                AccountError.NameTaken => Error(BaseMessages.ResourceAlreadyExists("ManagerAccount", "UserName", name)),
                AccountError.TooMany => Error(BaseMessages.CreateLimitReachedForResource),
                AccountError.PasswordTooShort or AccountError.PasswordTooLong => Error(BaseMessages.PasswordIncorrectLength with { RelatedProperty = "#/Password" }),
                AccountError.NameInvalid => Error(BaseMessages.PropertyValueFormatError(name, "UserName") with { RelatedProperty = "#/UserName" }),
                AccountError.NotFound => new RedfishException(StatusCodes.Status404NotFound, BaseMessages.ResourceNotFound("ManagerAccount", name)),
                AccountError.CannotBeDeleted => new RedfishException(StatusCodes.Status405MethodNotAllowed, BaseMessages.ResourceCannotBeDeleted),
                _ => Error(BaseMessages.PropertyValueConflict("RoleId", "Enabled")),
            };

        static RedfishException Error(RedfishMessage message) => new(StatusCodes.Status400BadRequest, message);
    }

    private static JsonObject? ReadRole(RedfishRequest request)
    {
        var id = request["id"];
        if (!Enum.GetNames<Role>().Contains(id))
            return null;
        var role = Json.Resource(request.Path, "Role.v1_3_3.Role", id, id + " role");
        role["RoleId"] = id;
        role["IsPredefined"] = true;
        role["AssignedPrivileges"] = Json.Strings(Privileges.Of(Enum.Parse<Role>(id)));
        role["OemPrivileges"] = new JsonArray();
        return role;
    }
}
